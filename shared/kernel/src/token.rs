//! Tokens that a guest holds in place of an account: whoever shows one is let in.
//!
//! A token is 256 bits in base64url without padding, 43 characters. The store keeps its
//! [hash](TokenHash) alone, and no token is written to a log: its `Debug` tells nothing, and it has
//! no `Display`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Invalid;

/// Characters of a token: 256 bits by six, rounded up.
const LENGTH: usize = 43;

/// What a store keeps of a token: its SHA-256, in hexadecimal. A token has 256 bits that nobody
/// can guess, so a plain hash is enough.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash of a token of one kind.
    fn of(kind: &str, token: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [kind, token] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes kinds of tokens: a secret text each.
macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            const RULE: Invalid = Invalid::new("must be a token of 43 letters, digits, hyphens and underscores");

            /// The token of 32 bytes that nobody can guess.
            pub fn of_bytes(bytes: [u8; 32]) -> Self {
                Self(URL_SAFE_NO_PAD.encode(bytes))
            }

            /// Reads a token. There is one spelling of each.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                let sound = text.len() == LENGTH && URL_SAFE_NO_PAD.decode(text).is_ok();
                if sound { Ok(Self(text.to_owned())) } else { Err(Self::RULE) }
            }

            /// The token itself, for the answer that hands it out and for what derives from it.
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// What a store keeps of it.
            pub fn hash(&self) -> TokenHash {
                TokenHash::of($kind, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schema()
            }
        }
    )+};
}

tokens! {
    /// What a guest shows for their cart.
    CartToken "cart";
    /// What a guest shows for one order.
    OrderToken "order";
}

/// The rule of every token, for the `format` table.
pub(crate) fn check(text: &str) -> Result<(), Invalid> {
    CartToken::parse(text).map(drop)
}

fn schema() -> schemars::Schema {
    schemars::json_schema!({
        "type": "string",
        "format": "token",
        "minLength": LENGTH,
        "maxLength": LENGTH,
        "pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$",
        "examples": ["YSBndWVzdCdzIGNhcnQsIGZvciB0aGlzIGV4YW1wbGU"]
    })
}

#[cfg(test)]
mod tests;
