//! The private keys that sign access tokens: a secret that holds a set of them.
//!
//! A key is published before it signs: beside the current key the set holds the *next* one, whose
//! public half every verifier can know long before it meets a token of it. A rotation makes the
//! next key current and adds another; the retired one stays published until its last token ended.
//! A function goes by what it has read for five minutes, whether it signs or checks: so long a key
//! that leaked is still in use after it was dropped.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{SecretError, Secrets};

/// The longest that an access token may be good for: retired keys are kept published by it.
pub const LONGEST_TOKEN: Duration = Duration::from_hours(24);
/// How long a function signs with the set that it has read.
const KEPT: Duration = Duration::from_mins(5);

/// The set, as the secret holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// The `kid` of the key that signs.
    pub current: String,
    /// The retired ones, the current one and the next.
    pub keys: Vec<SigningKey>,
}

/// A private key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningKey {
    /// Its name, which tokens give in their header.
    pub kid: String,
    /// The key as PKCS#8 PEM.
    pub pem: String,
    /// When it was made, and its public half published.
    pub made_at: Timestamp,
    /// When it signed its last token, if it does not sign any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

/// Nobody reads a private key in a log.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SigningKey").field(&self.kid).finish()
    }
}

impl KeySet {
    /// How long a key must stay published after it retired: until the last token ended that a
    /// function may have signed with it.
    pub const PUBLISHED: Duration = Duration::from_secs(LONGEST_TOKEN.as_secs() + 3600);

    /// Reads the secret's text; none where it holds no set yet.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The key that signs.
    pub fn current(&self) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.kid == self.current)
    }
}

/// The current key, for functions that mint tokens.
#[derive(Debug)]
pub struct SigningKeys {
    secrets: Secrets,
    arn: String,
    held: Mutex<Option<(Timestamp, Arc<SigningKey>)>>,
}

impl SigningKeys {
    /// The keys of the secret of this name.
    pub const fn new(secrets: Secrets, arn: String) -> Self {
        Self {
            secrets,
            arn,
            held: Mutex::new(None),
        }
    }

    /// The key to sign with now. While Secrets Manager is away, the last key that was read goes on.
    ///
    /// # Errors
    /// When no key was ever read, and none can be.
    pub async fn current(&self, now: Timestamp) -> Result<Arc<SigningKey>, SecretError> {
        let held = self.held().clone();
        if let Some((read_at, key)) = &held
            && now.since(*read_at) < KEPT
        {
            return Ok(key.clone());
        }
        match (self.read().await, held) {
            (Ok(key), _) => {
                *self.held() = Some((now, key.clone()));
                Ok(key)
            }
            (Err(SecretError::Unavailable(_)), Some((_, key))) => Ok(key),
            (Err(error), _) => Err(error),
        }
    }

    async fn read(&self) -> Result<Arc<SigningKey>, SecretError> {
        let text = self.secrets.read(&self.arn).await?;
        KeySet::parse(&text)
            .and_then(|set| set.current().cloned())
            .map(Arc::new)
            .ok_or(SecretError::Absent)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, Arc<SigningKey>)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_stays_out_of_debug_output() {
        let key = SigningKey {
            kid: "one".to_owned(),
            pem: "canary".to_owned(),
            made_at: Timestamp::MIN,
            retired_at: None,
        };
        let set = KeySet {
            current: "one".to_owned(),
            keys: vec![key],
        };
        let shown = format!("{set:?}");
        assert!(
            shown.contains("one") && !shown.contains("canary"),
            "{shown}"
        );
    }

    #[test]
    fn a_placeholder_is_no_set() {
        assert_eq!(KeySet::parse(r#"{"placeholder":"Ab3"}"#), None);
        assert_eq!(KeySet::parse("-----BEGIN PRIVATE KEY-----"), None);
    }
}
