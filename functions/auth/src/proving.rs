//! Failed tries to prove to be somebody, counted by account and by network address.
//!
//! A try is allowed while neither count is full. It is counted when it has failed, by a conditional
//! write; and one that succeeds does so only while the account's count is not full by then. So of
//! many guesses at once no more count than if they had come one after the other, and nobody who
//! knows the password is held up by their own sign-ins.

use futures_util::try_join;
use kernel::Timestamp;

use crate::Auth;
use crate::error::AuthError;
use crate::sign_in::Client;
use crate::throttle::{Counter, Limit, Window};

/// Both counters of a try.
#[derive(Debug)]
pub(crate) struct Counters {
    account: Counter,
    address: Counter,
}

impl Auth {
    /// The counters of an account, by the canonical form of its address, and a client.
    pub(crate) fn counters(&self, canonical: &str, client: &Client) -> Counters {
        Counters {
            account: Counter::failures_of_account(canonical),
            address: Counter::failures_from_address(&client.address),
        }
    }

    /// Lets a try pass unless there were too many.
    pub(crate) async fn may_try(
        &self,
        counters: &Counters,
        at: Timestamp,
    ) -> Result<(), AuthError> {
        let (account, address) = try_join!(
            self.store.window(&counters.account),
            self.store.window(&counters.address)
        )?;
        for (window, limit) in [
            (account, self.limits.account_failures),
            (address, self.limits.address_failures),
        ] {
            if let Some(window) = window.filter(|window| window.is_closed(limit, at)) {
                return Err(too_many(window, limit, at));
            }
        }
        Ok(())
    }

    /// Counts a try that failed, and says how it is answered.
    pub(crate) async fn failed(&self, counters: &Counters, at: Timestamp) -> AuthError {
        let (account_limit, address_limit) =
            (self.limits.account_failures, self.limits.address_failures);
        let counted = try_join!(
            self.store.count(&counters.account, account_limit, at),
            self.store.count(&counters.address, address_limit, at)
        );
        match counted {
            Err(error) => error.into(),
            Ok((Err(window), _)) => too_many(window, account_limit, at),
            Ok((_, Err(window))) => too_many(window, address_limit, at),
            Ok((Ok(window), Ok(_))) => {
                AuthError::InvalidCredentials(window.allowance(account_limit, at))
            }
        }
    }

    /// Lets a try succeed, and forgets those that failed before it.
    pub(crate) async fn succeeded(
        &self,
        counters: &Counters,
        at: Timestamp,
    ) -> Result<(), AuthError> {
        let limit = self.limits.account_failures;
        let forgotten = self.store.forget(&counters.account, limit, at).await?;
        forgotten.map_err(|window| too_many(window, limit, at))
    }
}

fn too_many(window: Window, limit: Limit, at: Timestamp) -> AuthError {
    AuthError::TooManyAttempts(window.allowance(limit, at))
}
