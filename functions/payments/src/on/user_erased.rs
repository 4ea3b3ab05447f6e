//! Hears of users who were erased, and forgets them.

use contracts::Envelope;
use contracts::auth::UserErased as Erased;
use edge::{Consumer, Setback, Trace};
use manifest::{Source, consumers};

use crate::Charges;

/// Forgets users.
pub struct UserErased;

impl Consumer for UserErased {
    const ROW: &'static Source = &consumers::PAYMENTS_ON_USER_ERASED;
    type App = Charges;

    async fn on(charges: &Charges, heard: Envelope, _: Trace) -> Result<(), Setback> {
        let Erased { user_id } = heard.read()?.data;
        Ok(charges.forget_user(user_id).await?)
    }
}
