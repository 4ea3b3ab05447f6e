//! Signing in, going on, and signing out.
//!
//! Whether an account exists must not be told by how a wrong sign-in is answered, so every one
//! takes the same way: the same reads, the same hash, the same counters, the same words.

use futures_util::try_join;
use kernel::{Email, SessionId, Timestamp, UserId};

use crate::Auth;
use crate::changing::Tries;
use crate::error::AuthError;
use crate::password::{self, Password};
use crate::sealed::random;
use crate::session::{RefreshToken, Session, device};
use crate::store::{Exchange, StoreError, Written};
use crate::user::User;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Client {
    /// The network address.
    pub address: String,
    /// What it says of itself.
    pub agent: String,
}

/// What somebody signs in with.
#[derive(Debug)]
pub struct Credentials {
    /// The address of the account.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// A code of the authenticator app, or a recovery code.
    pub mfa_code: Option<String>,
}

/// Somebody who signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: String,
    /// Seconds until the access token ends.
    pub expires_in_s: u64,
}

impl Auth {
    /// Begins a session.
    ///
    /// # Errors
    /// Wrong credentials; too many of them; an account that is suspended or wants a code.
    pub async fn sign_in(
        &self,
        given: Credentials,
        client: &Client,
        written: &Written,
    ) -> Result<SignedIn, AuthError> {
        let at = written.at;
        let canonical = given.email.canonical();
        let counters = self.counters(&canonical, client);
        let (holder, ()) = try_join!(
            async { Ok(self.store.holder_of(&given.email).await?) },
            self.may_try(&counters, at)
        )?;
        // Of an address that nobody has, an account that nobody has is read.
        let id = holder.unwrap_or_else(|| UserId::derive("nobody", &canonical));
        let device = device(&client.agent, &client.address);
        let (user, known) = try_join!(
            self.store.user(id),
            self.store.knows_device(id, &device, at)
        )?;

        let right = given
            .password
            .is_of(user.as_ref().map(|user| &user.password));
        let Some(user) = user.filter(|_| right) else {
            return Err(self.failed(&counters, at).await);
        };
        if !user.is_active() {
            return Err(AuthError::Suspended);
        }
        if user.mfa_enabled {
            let code = given.mfa_code.as_deref().ok_or(AuthError::MfaRequired)?;
            if !self.is_code_of(&user, code, at).await? {
                return Err(self.failed(&counters, at).await);
            }
        }
        self.succeeded(&counters, at).await?;

        let user = self.with_present_hash(user, &given.password, at).await?;
        let tokens = self.access_tokens()?;
        let signing = tokens.key(at).await?;
        let id = SessionId::derive(&written.operation.to_string(), "session");
        let refresh = RefreshToken::new(user.id, id, random()?);
        let session = Session::begin(&refresh, user.session_epoch, at, self.refresh_life);
        let new_device = (!known).then_some(device.as_str());
        self.store
            .begin_session(&session, new_device, written)
            .await?;
        Ok(SignedIn {
            access_token: signing.mint(&user, id, at)?,
            refresh_token: refresh.reveal(),
            expires_in_s: tokens.life().as_secs(),
            user,
        })
    }

    /// Exchanges a refresh token for a new pair.
    ///
    /// # Errors
    /// A token that was used before; one of a session that has ended, or of none.
    pub async fn refresh(&self, token: &str, at: Timestamp) -> Result<SignedIn, AuthError> {
        let token = RefreshToken::parse(token).ok_or(AuthError::InvalidRefreshToken)?;
        let tokens = self.access_tokens()?;
        // All that can fail is asked for before the old token dies.
        let (user, signing) = try_join!(
            async { Ok(self.store.user(token.user).await?) },
            tokens.key(at)
        )?;
        let user = user.filter(User::is_active);
        let user = user.ok_or(AuthError::InvalidRefreshToken)?;
        let next = RefreshToken::new(token.user, token.session, random()?);
        let exchanged = self
            .store
            .exchange(&token, &next, self.refresh_life, at)
            .await?;
        match exchanged {
            Exchange::Done(session) if session.epoch == user.session_epoch => Ok(SignedIn {
                access_token: signing.mint(&user, session.id, at)?,
                refresh_token: next.reveal(),
                expires_in_s: tokens.life().as_secs(),
                user,
            }),
            Exchange::Reused => Err(AuthError::RefreshTokenReused),
            Exchange::Done(_) | Exchange::Over => Err(AuthError::InvalidRefreshToken),
        }
    }

    /// Ends a session. Its access token is good for the rest of its quarter of an hour.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn sign_out(&self, user: UserId, session: SessionId) -> Result<(), AuthError> {
        Ok(self.store.end_session(user, session).await?)
    }

    /// Ends every session of a user, and every access token at once.
    ///
    /// # Errors
    /// When the user is not there, or is changed by others all the time.
    pub async fn sign_out_everywhere(&self, user: UserId, at: Timestamp) -> Result<(), AuthError> {
        let mut tries = Tries::default();
        loop {
            let before = self.active(user).await?;
            let after = before.signed_out(at);
            if tries.is_made(self.store.replace_user(&before, &after).await)? {
                return Ok(());
            }
        }
    }

    /// Hashes the password anew when it was hashed at a lower cost than today's. Somebody else may
    /// change the user meanwhile; then the next sign-in does it.
    async fn with_present_hash(
        &self,
        user: User,
        password: &Password,
        at: Timestamp,
    ) -> Result<User, AuthError> {
        if !password::is_outdated(&user.password) {
            return Ok(user);
        }
        let hash = password.hash(&random()?)?;
        let after = user.changed(at, |user| user.password = hash);
        match self.store.replace_user(&user, &after).await {
            Ok(()) => Ok(after),
            Err(StoreError::Stale) => Ok(user),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
