//! Stripe: the processor that there is.
//!
//! Plain HTTPS to the documented API, at a pinned version: what payments need of it is a dozen
//! calls with a few fields each. A generated client of the whole API costs minutes of build and
//! megabytes of binary, and brings a second HTTP stack.

mod amount;
mod balance;
mod call;
mod form;
mod intents;
mod methods;
mod refunds;
pub mod signature;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws::https::Https;
use aws::{Aws, SecretError, Secrets, StartError};
use manifest::{resources, settings};

use super::ProcessorError;
use super::breaker::Breaker;

pub(crate) use amount::from_stripe as amount_of;
pub use amount::step;
pub use refunds::Refunded;

/// The version of the API that the calls are written for.
const VERSION: &str = "2025-12-15.clover";
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(1);
/// How long an attempt may take: a bank may be slow to say yes.
const ATTEMPT: Duration = Duration::from_secs(5);

/// The processor.
pub struct Stripe {
    https: Https,
    base: String,
    secrets: Secrets,
    secret: String,
    /// The key, once it was read.
    key: Mutex<Option<Arc<str>>>,
    breaker: Breaker,
}

impl Stripe {
    /// The processor, as the stage has it. Its key is read while the function starts; where it
    /// cannot be, the first call tries again.
    pub(crate) async fn start(aws: &Aws) -> Result<Self, StartError> {
        let base = aws.environment().setting(&settings::STRIPE_URL);
        let secret = aws.environment().required(&resources::STRIPE_KEY.env())?;
        let stripe = Self {
            https: Https::new(&base, CONNECT, ATTEMPT),
            base: base.trim_end_matches('/').to_owned(),
            secrets: aws.secrets(),
            secret,
            key: Mutex::default(),
            breaker: Breaker::default(),
        };
        let _ = stripe.key().await;
        Ok(stripe)
    }

    async fn key(&self) -> Result<Arc<str>, ProcessorError> {
        let known = self.held_key().clone();
        if let Some(key) = known {
            return Ok(key);
        }
        let key: Arc<str> = match self.secrets.read(&self.secret).await {
            Ok(key) => key.trim().into(),
            Err(SecretError::Unavailable(cause)) => return Err(ProcessorError::Unavailable(cause)),
            Err(error) => return Err(ProcessorError::fault(error)),
        };
        *self.held_key() = Some(Arc::clone(&key));
        Ok(key)
    }

    /// Reads the key anew at the next call: it was changed, and the one we have is not good any more.
    fn forget_key(&self) {
        *self.held_key() = None;
    }

    fn held_key(&self) -> MutexGuard<'_, Option<Arc<str>>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stripe").field(&self.base).finish()
    }
}
