//! Auth: accounts, sign-in, sessions, addresses.
//!
//! - [`user`], [`password`], [`session`], [`one_time`], [`throttle`], [`second_factor`],
//!   [`address`], [`country`], [`audit`] and [`mail`] hold the rules, without I/O; [`sealed`] and [`tokens`]
//!   are what they are encrypted and signed with.
//! - [`store`] is the table.
//! - `register`, `sign_in`, `recover`, `mfa`, `profile`, `addresses`, `export`, `administer` and
//!   `mailing` are
//!   the use cases, with `proving` and `changing` beneath.
//! - [`api`] and [`on`] are what is deployed; [`functions`] lists it.

pub mod address;
mod addresses;
mod administer;
pub mod api;
pub mod audit;
#[cfg(test)]
mod benchmarks;
mod changing;
pub mod country;
pub mod error;
mod export;
pub mod mail;
mod mailing;
mod mfa;
pub mod on;
pub mod one_time;
pub mod password;
mod profile;
mod proving;
mod recover;
mod register;
pub mod sealed;
pub mod second_factor;
pub mod session;
mod sign_in;
pub mod store;
#[cfg(test)]
mod testing;
pub mod throttle;
pub mod tokens;
pub mod user;
pub mod wire;

use std::time::Duration;

use aws::{Aws, Environment, StartError, Table};
use manifest::{resources, settings};

use crate::error::AuthError;
use crate::mailing::Mailer;
use crate::mfa::MfaKey;
use crate::store::Store;
use crate::throttle::Limit;
use crate::tokens::AccessTokens;

pub use addresses::AddressBooks;
pub use administer::UserQuery;
pub use mailing::MailDue;
pub use register::Applicant;
pub use sign_in::{Client, Credentials, SignedIn};

/// The service: its table, what the stage decides, and what only some of its functions are given.
#[derive(Debug)]
pub struct Auth {
    store: Store,
    limits: Limits,
    refresh_life: Duration,
    access_tokens: Option<AccessTokens>,
    mfa_key: Option<MfaKey>,
    mailer: Option<Mailer>,
}

/// How much is too much.
#[derive(Debug, Clone, Copy)]
struct Limits {
    registrations: Limit,
    account_failures: Limit,
    address_failures: Limit,
}

impl Limits {
    fn of(environment: &Environment) -> Result<Self, StartError> {
        let limit = |setting, window| {
            environment
                .count(setting)
                .map(|most| Limit { most, window })
        };
        let (hour, quarter) = (Duration::from_hours(1), Duration::from_mins(15));
        Ok(Self {
            registrations: limit(&settings::REGISTRATIONS_PER_HOUR, hour)?,
            account_failures: limit(&settings::FAILURES_PER_ACCOUNT, quarter)?,
            address_failures: limit(&settings::FAILURES_PER_ADDRESS, quarter)?,
        })
    }
}

impl edge::App for Auth {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let table = aws.table(&resources::AUTH)?;
        // A function starts without its table too, and answers 503 until it is back.
        let (_, access_tokens, mfa_key) =
            futures_util::join!(table.warm(), AccessTokens::start(aws), MfaKey::start(aws));
        // Only the functions that check or end access tokens know where their versions are.
        let versions = aws.token_versions().ok();
        Ok(Self {
            store: Store::new(table, versions),
            limits: Limits::of(aws.environment())?,
            refresh_life: aws.environment().duration(&settings::REFRESH_TOKEN_LIFE)?,
            access_tokens: access_tokens?,
            mfa_key,
            mailer: Mailer::start(aws)?,
        })
    }

    fn table(&self) -> Option<&Table> {
        Some(self.store.table())
    }
}

impl Auth {
    /// What mints access tokens.
    fn access_tokens(&self) -> Result<&AccessTokens, AuthError> {
        self.access_tokens
            .as_ref()
            .ok_or(AuthError::NotGranted("signing keys"))
    }
}

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    vec![
        edge::endpoint::<api::RegisterUser>(),
        edge::endpoint::<api::SignIn>(),
        edge::endpoint::<api::RefreshTokens>(),
        edge::endpoint::<api::SignOut>(),
        edge::endpoint::<api::SignOutEverywhere>(),
        edge::endpoint::<api::VerifyEmail>(),
        edge::endpoint::<api::ResendVerification>(),
        edge::endpoint::<api::RequestPasswordReset>(),
        edge::endpoint::<api::ResetPassword>(),
        edge::endpoint::<api::ChangePassword>(),
        edge::endpoint::<api::SetUpMfa>(),
        edge::endpoint::<api::ConfirmMfa>(),
        edge::endpoint::<api::DisableMfa>(),
        edge::endpoint::<api::GetProfile>(),
        edge::endpoint::<api::UpdateProfile>(),
        edge::endpoint::<api::EraseAccount>(),
        edge::endpoint::<api::ExportAccount>(),
        edge::endpoint::<api::ListAddresses>(),
        edge::endpoint::<api::CreateAddress>(),
        edge::endpoint::<api::UpdateAddress>(),
        edge::endpoint::<api::DeleteAddress>(),
        edge::consumer::<on::MailDue>(),
    ]
}
