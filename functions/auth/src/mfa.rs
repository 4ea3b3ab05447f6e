//! Signing in with a second factor.

use aws::{Aws, SecretError, Secrets};
use kernel::{Timestamp, UserId};
use manifest::resources::MFA_KEY;
use tokio::sync::OnceCell;

use crate::Auth;
use crate::audit::{Action, Actor};
use crate::changing::Tries;
use crate::error::AuthError;
use crate::sealed::{SealingKey, random};
use crate::second_factor::{Enrolment, SecondFactor, TRIES, TRIES_WITHIN};
use crate::store::StoreError;
use crate::throttle::{Counter, Limit};
use crate::user::User;

/// The key that apps' secrets are sealed with. It stays what it is for as long as there are any, so
/// a function reads it once.
#[derive(Debug)]
pub(crate) struct MfaKey {
    secrets: Secrets,
    arn: String,
    key: OnceCell<SealingKey>,
}

impl MfaKey {
    /// The key, read while the function starts where it can be; none where the function may not
    /// have it.
    pub(crate) async fn start(aws: &Aws) -> Option<Self> {
        let arn = aws.environment().optional(&MFA_KEY.env())?;
        let key = Self {
            secrets: aws.secrets(),
            arn,
            key: OnceCell::new(),
        };
        // Where it cannot be read now, the first request that needs it tries again.
        let _ = key.get().await;
        Some(key)
    }

    async fn get(&self) -> Result<&SealingKey, AuthError> {
        let read = || async {
            let secret = self.secrets.read(&self.arn).await?;
            if secret.is_empty() {
                return Err(AuthError::Secret(SecretError::Absent));
            }
            Ok(SealingKey::of_secret(&secret)?)
        };
        self.key.get_or_try_init(read).await
    }
}

impl Auth {
    /// Begins to have signing in take a second factor: what the user puts into an app. Nothing asks
    /// for it until the user has [shown](Self::confirm_mfa) that the app has it.
    ///
    /// # Errors
    /// There is one already.
    pub async fn set_up_mfa(&self, id: UserId) -> Result<Enrolment, AuthError> {
        let user = self.active(id).await?;
        if user.mfa_enabled {
            return Err(AuthError::MfaAlreadyEnabled);
        }
        let (factor, enrolment) =
            SecondFactor::enrol(id, &user.email, self.mfa_key().await?, &random()?)?;
        match self.store.keep_second_factor(&factor).await {
            Ok(()) => Ok(enrolment),
            Err(StoreError::Stale) => {
                self.active(id).await?;
                Err(AuthError::MfaAlreadyEnabled)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Has signing in take the second factor from now on.
    ///
    /// # Errors
    /// A code that is not the app's; too many of them; nothing that was set up.
    pub async fn confirm_mfa(
        &self,
        id: UserId,
        code: &str,
        at: Timestamp,
    ) -> Result<(), AuthError> {
        let mut tries = Tries::default();
        self.try_a_code(id, at).await?;
        loop {
            let before = self.active(id).await?;
            if before.mfa_enabled {
                return Err(AuthError::MfaAlreadyEnabled);
            }
            let factor = self.store.second_factor(id).await?;
            let factor = factor.ok_or(AuthError::MfaNotSetUp)?;
            let step = factor.step_of(code.trim(), self.mfa_key().await?, at)?;
            let step = step.ok_or(AuthError::InvalidMfaCode)?;
            let after = before.changed(at, |user| user.mfa_enabled = true);
            let actor = Actor::User(id);
            let recorded = self
                .store
                .recorded(&before, after, actor, Action::SecondFactorOn)
                .await?;
            let confirmed = self.store.confirm_second_factor(&factor, step, &recorded);
            if tries.is_made(confirmed.await)? {
                return self.forget_tries(id, at).await;
            }
        }
    }

    /// Has signing in take no second factor any more. It takes a last code.
    ///
    /// # Errors
    /// A code that is not good; too many of them; no second factor.
    pub async fn disable_mfa(
        &self,
        id: UserId,
        code: &str,
        at: Timestamp,
    ) -> Result<(), AuthError> {
        let user = self.active(id).await?;
        if !user.mfa_enabled {
            return Err(AuthError::MfaNotSetUp);
        }
        if !self.is_code_of(&user, code, at).await? {
            return Err(AuthError::InvalidMfaCode);
        }
        let mut tries = Tries::default();
        loop {
            let before = self.active(id).await?;
            if !before.mfa_enabled {
                return Ok(());
            }
            let after = before.changed(at, |user| user.mfa_enabled = false);
            let actor = Actor::User(id);
            let recorded = self
                .store
                .recorded(&before, after, actor, Action::SecondFactorOff)
                .await?;
            if tries.is_made(self.store.drop_second_factor(&recorded).await)? {
                return Ok(());
            }
        }
    }

    /// Whether a code is good, of the app or for recovery. It is used up by the question, and of
    /// many who ask at once with the same code one is told yes.
    ///
    /// # Errors
    /// Too many codes that were not good.
    pub(crate) async fn is_code_of(
        &self,
        user: &User,
        code: &str,
        at: Timestamp,
    ) -> Result<bool, AuthError> {
        self.try_a_code(user.id, at).await?;
        let factor = self.store.second_factor(user.id).await?;
        let Some(factor) = factor.filter(|factor| factor.confirmed) else {
            return Ok(false);
        };
        let Some(code) = factor.read(code, self.mfa_key().await?, at)? else {
            return Ok(false);
        };
        if !self.store.spend(&factor, &code).await? {
            return Ok(false);
        }
        self.forget_tries(user.id, at).await?;
        Ok(true)
    }

    /// Counts a try before it is made, so that of many at once no more are made than one after the
    /// other: a million codes are soon tried, and half a minute is long.
    async fn try_a_code(&self, user: UserId, at: Timestamp) -> Result<(), AuthError> {
        let limit = limit(TRIES);
        match self.store.count(&tries_of(user), limit, at).await? {
            Ok(_) => Ok(()),
            Err(window) => Err(AuthError::TooManyAttempts(window.allowance(limit, at))),
        }
    }

    async fn forget_tries(&self, user: UserId, at: Timestamp) -> Result<(), AuthError> {
        // The last try that is allowed may be the right one: a full window is forgotten too.
        let _ = self
            .store
            .forget(&tries_of(user), limit(TRIES + 1), at)
            .await?;
        Ok(())
    }

    async fn mfa_key(&self) -> Result<&SealingKey, AuthError> {
        let key = self.mfa_key.as_ref();
        key.ok_or(AuthError::NotGranted("key of second factors"))?
            .get()
            .await
    }
}

fn tries_of(user: UserId) -> Counter {
    Counter::of("second-factor", &user.to_string())
}

const fn limit(most: u32) -> Limit {
    Limit {
        most,
        window: TRIES_WITHIN,
    }
}

#[cfg(test)]
mod tests;
