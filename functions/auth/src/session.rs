//! Sessions: a device that signed in, until it signs out.
//!
//! A session is a family of refresh tokens of which one is good at a time. It is kept with the
//! hash of that one; any other that names the session was good once and is used again.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Random bytes of a refresh token.
pub const SECRET: usize = 32;

/// What refresh tokens start with, for those who look for secrets in the wrong places.
const PREFIX: &str = "umr_";

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, which access tokens name.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The epoch of the user's sessions that it began in.
    pub epoch: u64,
    /// The hash of the refresh token that is good.
    pub secret: SecretHash,
    /// When the device signed in.
    pub began_at: Timestamp,
    /// When the good token was made.
    pub refreshed_at: Timestamp,
    /// When the good token ends, and the session with it.
    pub expires: Timestamp,
    /// Whether a token of it was used twice: then none is good any more.
    pub revoked: bool,
}

/// The hash of a refresh token's secret. The secret has 256 random bits, so a plain hash is enough.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(String);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash")
    }
}

/// A refresh token: whose, of which session, and a secret. To its holder it is just a text.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Whose it is.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    secret: [u8; SECRET],
}

impl RefreshToken {
    /// A token with a secret of random bytes.
    pub const fn new(user: UserId, session: SessionId, secret: [u8; SECRET]) -> Self {
        Self {
            user,
            session,
            secret,
        }
    }

    /// Reads a token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (user, rest) = bytes.split_first_chunk::<16>()?;
        let (session, secret) = rest.split_first_chunk::<16>()?;
        Some(Self {
            user: UserId::from_uuid(Uuid::from_bytes(*user)),
            session: SessionId::from_uuid(Uuid::from_bytes(*session)),
            secret: secret.try_into().ok()?,
        })
    }

    /// The text that its holder is given.
    pub fn reveal(&self) -> String {
        let (user, session) = (self.user.uuid(), self.session.uuid());
        let bytes = [user.as_bytes(), session.as_bytes(), self.secret.as_slice()].concat();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        let digest = Sha256::digest(self.secret);
        SecretHash(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A token shows itself to nobody by accident.
impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefreshToken of {}", self.session)
    }
}

impl Session {
    /// A session that begins with a token.
    pub fn begin(token: &RefreshToken, epoch: u64, at: Timestamp, life: Duration) -> Self {
        Self {
            id: token.session,
            user: token.user,
            epoch,
            secret: token.hash(),
            began_at: at,
            refreshed_at: at,
            expires: at.plus(life),
            revoked: false,
        }
    }
}

/// The kind of device that a client is, as far as its owner would tell two apart: what it says of
/// itself without the numbers of its versions, and the network that it is in.
///
/// It is kept as a hash, since it is only ever asked whether it was seen before.
pub fn device(user_agent: &str, address: &str) -> String {
    let kind: String = user_agent
        .chars()
        .filter(|c| !c.is_ascii_digit() && *c != '.')
        .collect();
    // A network's first half stays the same when a telephone moves about, or a router restarts.
    let network: Vec<&str> = match address.contains(':') {
        true => address.split(':').take(2).collect(),
        false => address.split('.').take(2).collect(),
    };
    let digest = Sha256::digest(format!("{kind}#{}", network.join(".")));
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(secret: u8) -> RefreshToken {
        let (user, session) = (UserId::derive("", "ann"), SessionId::derive("", "one"));
        RefreshToken::new(user, session, [secret; SECRET])
    }

    #[test]
    fn a_refresh_token_is_read_as_it_was_given() {
        let text = token(7).reveal();
        assert_eq!(text.len(), PREFIX.len() + 86);
        assert_eq!(RefreshToken::parse(&text), Some(token(7)));
    }

    #[test]
    fn what_is_no_refresh_token_is_none() {
        let good = token(7).reveal();
        for text in [
            "",
            PREFIX,
            &good[1..],
            &good[..good.len() - 1],
            &format!("{good}A"),
            &format!("{good}="),
            &good.replace(PREFIX, ""),
            "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
        ] {
            assert_eq!(RefreshToken::parse(text), None, "{text}");
        }
    }

    #[test]
    fn neither_token_nor_hash_stands_in_debug_output() {
        let token = token(7);
        let session = Session::begin(&token, 0, Timestamp::MIN, Duration::ZERO);
        let shown = format!("{token:?} {session:?}");
        let RefreshToken { secret, .. } = &token;
        assert!(!shown.contains(&URL_SAFE_NO_PAD.encode(secret)), "{shown}");
        assert!(!shown.contains(&session.secret.0), "{shown}");
    }

    #[test]
    fn a_device_is_the_same_after_an_update_and_in_its_own_network() {
        let phone = "Shop/1.2.3 (iPhone; iOS 19.1)";
        let known = device(phone, "203.0.113.9");
        for (agent, address, same) in [
            ("Shop/1.3.0 (iPhone; iOS 20.0.1)", "203.0.7.1", true),
            ("Shop/1.2.3 (Android 16)", "203.0.113.9", false),
            (phone, "198.51.100.4", false),
            (phone, "2001:db8::1", false),
        ] {
            assert_eq!(device(agent, address) == known, same, "{agent} {address}");
        }
        assert_eq!(device(phone, "2001:db8::1"), device(phone, "2001:db8:7::2"));
    }
}
