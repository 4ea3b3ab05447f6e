//! The RSA key that signs tokens, and the public set that checks them.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use kernel::Timestamp;

/// A private key with its name.
pub struct SigningKey {
    pem: String,
    key: EncodingKey,
    public: Jwk,
}

impl SigningKey {
    /// A new key of 2,048 bits.
    pub fn generate() -> Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| anyhow!("the RSA key could not be generated"))?;
        let der: Pkcs8V1Der<'_> = pair
            .as_der()
            .map_err(|_| anyhow!("the RSA key could not be encoded"))?;
        let body = STANDARD.encode(der.as_ref());
        let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
        for line in body.as_bytes().chunks(64) {
            pem.push_str(std::str::from_utf8(line)?);
            pem.push('\n');
        }
        pem.push_str("-----END PRIVATE KEY-----\n");
        Self::of(pem)
    }

    /// Reads a key from a PKCS#8 file.
    pub fn read(path: &Path) -> Result<Self> {
        let pem = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the key {}", path.display()))?;
        Self::of(pem)
    }

    /// A key of its PKCS#8 PEM.
    pub fn of(pem: String) -> Result<Self> {
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).context("not an RSA private key")?;
        let mut public = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
        // The name follows from the key (RFC 7638), so the same key never has two.
        public.common.key_id = Some(public.thumbprint(ThumbprintHash::SHA256)?);
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { pem, key, public })
    }

    /// The private key as PKCS#8 PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The key as jsonwebtoken wants it.
    pub fn encoding(&self) -> &EncodingKey {
        &self.key
    }

    /// The name of the key, as the header of a token gives it.
    pub fn id(&self) -> Option<String> {
        self.public.common.key_id.clone()
    }

    /// The public half.
    pub const fn public(&self) -> &Jwk {
        &self.public
    }

    /// The key as a stage's set holds it.
    pub fn held(&self, made_at: Timestamp) -> Result<aws::SigningKey> {
        Ok(aws::SigningKey {
            kid: self.id().context("a key without a name")?,
            pem: self.pem.clone(),
            made_at,
            retired_at: None,
        })
    }
}
