//! What every service owes the people that it keeps data on.
//!
//! - **Erasure**: it hears [`UserErased`](crate::auth::UserErased), erases what says something about
//!   the person, and keeps its books under the id.
//! - **Export**: it implements [`HoldsPersonalData`], and the service that answers exports lists it.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use kernel::UserId;
use serde_json::{Map, Value};

/// What is being read of a person: sections of an export by their names.
pub type Reading<'a> = Pin<
    Box<dyn Future<Output = Result<Map<String, Value>, Box<dyn Error + Send + Sync>>> + Send + 'a>,
>;

/// A service that keeps data on people.
pub trait HoldsPersonalData: Send + Sync {
    /// Everything that is held on a user, for the user to read: no secrets, no hashes, nothing of
    /// others. Each member becomes a section of the export under its name, `orders`.
    fn held_on(&self, user: UserId) -> Reading<'_>;
}
