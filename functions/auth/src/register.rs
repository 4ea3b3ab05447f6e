//! Opening accounts.

use kernel::{Email, Phone, SessionId, UserId};

use crate::Auth;
use crate::error::AuthError;
use crate::password::Password;
use crate::sealed::random;
use crate::session::{RefreshToken, Session, device};
use crate::sign_in::{Client, SignedIn};
use crate::store::{StoreError, Written};
use crate::throttle::{Allowance, Counter};
use crate::user::{Registration, User};

/// Who wants an account.
#[derive(Debug)]
pub struct Applicant {
    /// The address.
    pub email: Email,
    /// The name, as [`user::name`](crate::user::name) gave it.
    pub name: String,
    /// The phone number.
    pub phone: Option<Phone>,
    /// The password that was chosen.
    pub password: Password,
}

impl Auth {
    /// Opens an account and signs in to it, and tells what the network address has left.
    ///
    /// # Errors
    /// An address that is taken; too many accounts from one network address.
    pub async fn register(
        &self,
        applicant: Applicant,
        client: &Client,
        written: &Written,
    ) -> Result<(SignedIn, Allowance), AuthError> {
        let at = written.at;
        let limit = self.limits.registrations;
        let counter = Counter::registrations(&client.address);
        let counted = self.store.count(&counter, limit, at).await?;
        let allowance = counted
            .map_err(|window| AuthError::TooManyRegistrations(window.allowance(limit, at)))?
            .allowance(limit, at);

        let tokens = self.access_tokens()?;
        let signing = tokens.key(at).await?;
        let operation = written.operation.to_string();
        let user = User::register(
            Registration {
                id: UserId::derive(&operation, "user"),
                email: applicant.email,
                name: applicant.name,
                phone: applicant.phone,
                password: applicant.password.hash(&random()?)?,
            },
            at,
        );
        let id = SessionId::derive(&operation, "session");
        let refresh = RefreshToken::new(user.id, id, random()?);
        let session = Session::begin(&refresh, user.session_epoch, at, self.refresh_life);
        let signed_in = SignedIn {
            access_token: signing.mint(&user, id, at)?,
            refresh_token: refresh.reveal(),
            expires_in_s: tokens.life().as_secs(),
            user,
        };
        let device = device(&client.agent, &client.address);
        let opened = self
            .store
            .register(&signed_in.user, &session, &device, written)
            .await;
        match opened {
            Ok(()) => Ok((signed_in, allowance)),
            Err(StoreError::EmailTaken) => Err(AuthError::EmailTaken(allowance)),
            Err(error) => Err(error.into()),
        }
    }
}
