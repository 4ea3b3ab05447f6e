//! A user's own account: what it says, what changes of it, and how it ends.

use aws::Answered;
use kernel::{Timestamp, UserId};

use crate::Auth;
use crate::audit::{Action, Actor};
use crate::changing::{Tries, hold};
use crate::error::AuthError;
use crate::store::Written;
use crate::user::{ProfileChanges, User};

impl Auth {
    /// A user's account.
    ///
    /// # Errors
    /// When there is none.
    pub async fn profile(&self, id: UserId) -> Result<User, AuthError> {
        self.active(id).await
    }

    /// Changes what an account says of its user.
    ///
    /// # Errors
    /// Another version than the one asked for.
    pub async fn change_profile(
        &self,
        id: UserId,
        asked: &ProfileChanges,
        version: Option<u64>,
        answered: &Answered<User>,
        at: Timestamp,
    ) -> Result<User, AuthError> {
        let mut tries = Tries::default();
        loop {
            let before = self.active(id).await?;
            hold(version, before.version)?;
            let after = before.with_profile(asked, at);
            if after == before {
                return Ok(after);
            }
            let outcome = self.store.change_user(&before, &after, answered).await;
            if tries.is_made(outcome)? {
                return Ok(after);
            }
        }
    }

    /// Erases what says something about a user. The id stays, for orders and ledgers speak of it;
    /// other services hear of it and erase theirs.
    ///
    /// # Errors
    /// Another version than the one asked for; the last admin.
    pub async fn erase(
        &self,
        id: UserId,
        version: Option<u64>,
        answered: &Answered<()>,
        written: &Written,
    ) -> Result<(), AuthError> {
        let mut tries = Tries::default();
        loop {
            let before = self.active(id).await?;
            hold(version, before.version)?;
            let after = before
                .erased(written.at)
                .map_err(|rule| AuthError::Fault(rule.to_string()))?;
            let actor = Actor::User(id);
            let recorded = self.store.recorded(&before, after, actor, Action::Erased);
            let recorded = recorded.await?;
            let outcome = self.store.erase(&recorded, answered, written).await;
            if tries.is_made(outcome)? {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
