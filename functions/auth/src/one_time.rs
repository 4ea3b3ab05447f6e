//! One-time tokens: what the links in mails carry.

use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A token that was mailed, as we keep it: by its hash, bound to what it is for, to whom, and to
/// the address that it was sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTime {
    /// The hash of the token, as [`hash_of`](Self::hash_of) gives it.
    pub hash: String,
    /// What it is good for.
    pub purpose: Purpose,
    /// The user that it is for.
    pub user: UserId,
    /// The canonical form of the address that it was sent to.
    pub email: String,
    /// The version that the user's access tokens had when it was sent. Whatever ends those, such
    /// as a new password, ends every link that was sent before and sets a password.
    pub tv: u64,
    /// When it ends.
    pub expires: Timestamp,
    /// Whether it was used. It stays when it was, or a mail that is written twice would bring it
    /// back.
    pub used: bool,
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To prove that mail to an address arrives.
    VerifyEmail,
    /// To set a new password without the old one.
    ResetPassword,
}

impl Purpose {
    /// As it stands in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
        }
    }
}

impl OneTime {
    /// The hash of a token as it is typed. A token has 256 random bits, so a plain hash is enough:
    /// there is nothing to be guessed.
    pub fn hash_of(token: &str) -> String {
        let digest = Sha256::digest(token.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether the token may be used for this, now.
    pub fn is_good(&self, purpose: Purpose, at: Timestamp) -> bool {
        !self.used && self.purpose == purpose && at < self.expires
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn token() -> OneTime {
        OneTime {
            hash: OneTime::hash_of("token"),
            purpose: Purpose::ResetPassword,
            user: UserId::derive("", "ann"),
            email: "ann@example.com".to_owned(),
            tv: 3,
            expires: NOW.plus(Duration::from_hours(1)),
            used: false,
        }
    }

    #[test]
    fn a_token_is_good_once_for_one_thing_and_for_a_while() {
        let used = OneTime {
            used: true,
            ..token()
        };
        let last = token().expires.minus(Duration::from_millis(1));
        for (token, purpose, at, good) in [
            (token(), Purpose::ResetPassword, NOW, true),
            (token(), Purpose::ResetPassword, last, true),
            (token(), Purpose::ResetPassword, token().expires, false),
            (token(), Purpose::VerifyEmail, NOW, false),
            (used, Purpose::ResetPassword, NOW, false),
        ] {
            assert_eq!(token.is_good(purpose, at), good, "{token:?} at {at}");
        }
    }

    #[test]
    fn a_hash_is_of_the_whole_token_and_tells_nothing_of_it() {
        let hash = OneTime::hash_of("token");
        assert_eq!(hash.len(), 64);
        assert_ne!(hash, OneTime::hash_of("Token"));
        assert_ne!(hash, OneTime::hash_of("token "));
    }
}
