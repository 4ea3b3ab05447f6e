//! The signing keys of a stage: in its secret, and published in its platform's table.

use anyhow::{Context, Result, bail};
use aws::{Aws, Environment, KeySet, PublicKeys, SecretError, Secrets, Table};
use jsonwebtoken::jwk::JwkSet;
use kernel::{Clock, SystemClock};
use manifest::resources;

use crate::key::SigningKey;
use crate::rotation::{self, Need, Turn};

/// Where a stage keeps its keys. Which account and region is the environment's to say, as for any
/// tool of AWS; locally `AWS_ENDPOINT_URL` says where the cloud is.
pub struct Stage {
    secrets: Secrets,
    secret: String,
    platform: Table,
}

impl Stage {
    /// The stage of this name.
    pub async fn open(name: &str) -> Result<Self> {
        let physical = |thing: &str| format!("{name}-ultramarket-{thing}");
        let platform = &resources::PLATFORM;
        let environment = Environment::process().with(platform.env(), physical(platform.name));
        let aws = Aws::connect(environment).await?;
        Ok(Self {
            secrets: aws.secrets(),
            secret: physical(resources::SIGNING_KEYS.name),
            platform: aws.table(platform)?,
        })
    }

    /// Makes the next key current, and says what came of it. Two rotations at once are not guarded
    /// against: whoever rotates by hand or by schedule does it from one place.
    pub async fn rotate(&self, need: Need) -> Result<String> {
        let now = SystemClock.now();
        let present = self.keys().await?;
        let set = match rotation::turn(&present, need, now, || SigningKey::generate()?.held(now))? {
            Turn::Now(set) => set,
            Turn::Later(wait) => bail!(
                "the next key is not known everywhere yet: come again in {} s",
                wait.as_secs() + 1
            ),
        };
        self.keep(&set).await?;
        Ok(format!(
            "{} signs; {} keys are published",
            set.current,
            set.keys.len()
        ))
    }

    /// Makes a key of the developer's current, unless it is.
    pub async fn adopt(&self, key: &SigningKey) -> Result<()> {
        let now = SystemClock.now();
        let present = self.keys().await?;
        let set = rotation::adopt(&present, key.held(now)?, now, || {
            SigningKey::generate()?.held(now)
        })?;
        self.keep(&set).await
    }

    /// The key that signs now, as PEM.
    pub async fn current(&self) -> Result<String> {
        let keys = self.keys().await?;
        let current = keys.current().context("the stage has no key yet")?;
        Ok(current.pem.clone())
    }

    async fn keys(&self) -> Result<KeySet> {
        match self.secrets.read(&self.secret).await {
            Ok(text) => Ok(KeySet::parse(&text).unwrap_or_default()),
            Err(SecretError::Absent) => Ok(KeySet::default()),
            Err(error) => Err(error).with_context(|| format!("the secret {}", self.secret)),
        }
    }

    /// The public halves first: a token never names a key that cannot be found.
    async fn keep(&self, set: &KeySet) -> Result<()> {
        let public = set
            .keys
            .iter()
            .map(|key| Ok(SigningKey::of(key.pem.clone())?.public().clone()))
            .collect::<Result<Vec<_>>>()?;
        let jwks = serde_json::to_string(&JwkSet { keys: public })?;
        PublicKeys { jwks }.publish(&self.platform).await?;
        let text = serde_json::to_string(set)?;
        self.secrets.replace(&self.secret, &text).await?;
        Ok(())
    }
}
