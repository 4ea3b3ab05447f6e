//! Proving an address, and new passwords.

use std::time::Duration;

use contracts::auth::{PasswordResetRequested, VerificationRequested};
use kernel::{Email, Timestamp, UserId};

use crate::Auth;
use crate::changing::Tries;
use crate::error::AuthError;
use crate::one_time::{OneTime, Purpose};
use crate::password::Password;
use crate::sealed::random;
use crate::sign_in::Client;
use crate::store::Written;
use crate::throttle::{Counter, Limit};
use crate::user::User;

/// Mails that an account is sent when they are asked for.
const MAILS: Limit = Limit {
    most: 5,
    window: Duration::from_hours(1),
};

impl Auth {
    /// Asks for the mail that lets somebody set a new password.
    ///
    /// Whether anybody has the address is found out when the mail is written: here all is the same
    /// for those who have an account and those who have none, the time included. Beyond the limit
    /// nothing is sent, and nobody is told.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn request_password_reset(
        &self,
        email: &Email,
        written: &Written,
    ) -> Result<(), AuthError> {
        let canonical = email.canonical();
        let holder = self.store.holder_of(email).await?;
        let mails = Counter::mails(&canonical);
        if self.store.count(&mails, MAILS, written.at).await?.is_err() {
            return Ok(());
        }
        // An event about nobody is one that no mail comes of.
        let user_id = holder.unwrap_or_else(|| UserId::derive("nobody", &canonical));
        let requested = PasswordResetRequested { user_id };
        Ok(self.store.tell(requested, written).await?)
    }

    /// Asks for the mail that proves an address once more.
    ///
    /// # Errors
    /// When there were too many such mails.
    pub async fn resend_verification(
        &self,
        id: UserId,
        written: &Written,
    ) -> Result<(), AuthError> {
        let user = self.active(id).await?;
        if user.email_verified {
            return Ok(());
        }
        let mails = Counter::mails(&user.email.canonical());
        let counted = self.store.count(&mails, MAILS, written.at).await?;
        counted
            .map_err(|window| AuthError::TooManyAttempts(window.allowance(MAILS, written.at)))?;
        let requested = VerificationRequested { user_id: user.id };
        Ok(self.store.tell(requested, written).await?)
    }

    /// Takes the token of a mail as proof that mail to the address arrives.
    ///
    /// # Errors
    /// When the token is not good.
    pub async fn verify_email(&self, token: &str, at: Timestamp) -> Result<(), AuthError> {
        let token = self.token(token, Purpose::VerifyEmail, at).await?;
        let mut tries = Tries::default();
        loop {
            let before = self.addressee(&token).await?;
            let after = before.changed(at, |user| user.email_verified = true);
            if tries.is_made(self.store.verify_email(&before, &after, &token).await)? {
                return Ok(());
            }
        }
    }

    /// Takes the token of a mail in place of the old password, and ends all sessions.
    ///
    /// # Errors
    /// When the token is not good.
    pub async fn reset_password(
        &self,
        token: &str,
        password: &Password,
        written: &Written,
    ) -> Result<(), AuthError> {
        let token = self
            .token(token, Purpose::ResetPassword, written.at)
            .await?;
        let hash = password.hash(&random()?)?;
        let mut tries = Tries::default();
        loop {
            let before = self.addressee(&token).await?;
            let mut after = before.with_password(hash.clone(), written.at);
            // The token came with a mail to the address.
            after.email_verified = true;
            let outcome = self
                .store
                .set_password(&before, &after, Some(&token), written);
            if tries.is_made(outcome.await)? {
                return Ok(());
            }
        }
    }

    /// Sets a new password in place of the old one, and ends all sessions.
    ///
    /// # Errors
    /// When the old password is wrong, as for signing in with it.
    pub async fn change_password(
        &self,
        id: UserId,
        old: &Password,
        new: &Password,
        client: &Client,
        written: &Written,
    ) -> Result<(), AuthError> {
        let mut tries = Tries::default();
        loop {
            let before = self.active(id).await?;
            let counters = self.counters(&before.email.canonical(), client);
            self.may_try(&counters, written.at).await?;
            if !old.is_of(Some(&before.password)) {
                return Err(self.failed(&counters, written.at).await);
            }
            self.succeeded(&counters, written.at).await?;
            let after = before.with_password(new.hash(&random()?)?, written.at);
            let outcome = self.store.set_password(&before, &after, None, written);
            if tries.is_made(outcome.await)? {
                return Ok(());
            }
        }
    }

    /// A token that is good for something.
    async fn token(
        &self,
        token: &str,
        purpose: Purpose,
        at: Timestamp,
    ) -> Result<OneTime, AuthError> {
        let found = self.store.one_time(&OneTime::hash_of(token)).await?;
        found
            .filter(|token| token.is_good(purpose, at))
            .ok_or(AuthError::InvalidToken)
    }

    /// Who a token is for: a user who has the address still that it was sent to. One that sets a
    /// password must be younger than the last password, too.
    async fn addressee(&self, token: &OneTime) -> Result<User, AuthError> {
        let user = self.store.user(token.user).await?;
        user.filter(User::is_active)
            .filter(|user| user.email.canonical() == token.email)
            .filter(|user| {
                token.purpose != Purpose::ResetPassword || user.token_version == token.tv
            })
            .ok_or(AuthError::InvalidToken)
    }
}

#[cfg(test)]
mod tests;
