//! Changing a user while others may.

use kernel::UserId;

use crate::Auth;
use crate::error::AuthError;
use crate::store::StoreError;
use crate::user::User;

/// How often a change is decided anew. Whoever was faster has changed the same user, so each time
/// somebody gets on.
const TRIES: u32 = 8;

impl Auth {
    /// A user who may sign in.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn active(&self, id: UserId) -> Result<User, AuthError> {
        let user = self.store.user(id).await?.filter(User::is_active);
        user.ok_or(AuthError::NotFound)
    }
}

/// Lets a change pass unless another version was asked for.
///
/// # Errors
/// The version that there is.
pub(crate) fn hold(asked: Option<u64>, current: u64) -> Result<(), AuthError> {
    match asked {
        Some(asked) if asked != current => Err(AuthError::Changed { current }),
        _ => Ok(()),
    }
}

/// What is left of the tries of one change.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// Whether the change is made; if not, it is to be decided again on what is there now.
    ///
    /// # Errors
    /// When the store failed, or others were faster again and again.
    pub(crate) fn is_made(&mut self, outcome: Result<(), StoreError>) -> Result<bool, AuthError> {
        self.0 += 1;
        match outcome {
            Ok(()) => Ok(true),
            Err(StoreError::Stale) if self.0 < TRIES => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
