//! What is kept sealed: AES-256-GCM, bound to what it is about, so that nobody can put one user's
//! into the place of another's.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest, Sha256};

/// Why something could not be sealed or opened. What was wrong says nothing to anybody who should
/// not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it could not be sealed or opened with this key")]
pub struct Unsealable;

/// A key that seals.
pub struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    /// The bytes of a key.
    pub const LENGTH: usize = 32;

    /// The key of a secret text that holds as much chance as a key does.
    ///
    /// # Errors
    /// Never with 32 bytes; the library does not know that.
    pub fn of_secret(secret: &str) -> Result<Self, Unsealable> {
        Self::of_bytes(&Sha256::digest(secret).into())
    }

    /// The key of its bytes.
    ///
    /// # Errors
    /// Never with 32 bytes; the library does not know that.
    pub fn of_bytes(bytes: &[u8; Self::LENGTH]) -> Result<Self, Unsealable> {
        RandomizedNonceKey::new(&AES_256_GCM, bytes)
            .map(Self)
            .map_err(|_| Unsealable)
    }

    /// Seals something about somebody: nonce, text and tag in base 64.
    ///
    /// # Errors
    /// When the machine has no chance to give.
    pub fn seal(&self, plain: &[u8], about: &str) -> Result<String, Unsealable> {
        let mut sealed = plain.to_vec();
        let about = Aad::from(about.as_bytes());
        let nonce = self.0.seal_in_place_append_tag(about, &mut sealed);
        let mut whole = nonce.map_err(|_| Unsealable)?.as_ref().to_vec();
        whole.append(&mut sealed);
        Ok(STANDARD_NO_PAD.encode(whole))
    }

    /// Opens what was sealed about the same.
    ///
    /// # Errors
    /// It was sealed with another key, about something else, or has been changed.
    pub fn open(&self, sealed: &str, about: &str) -> Result<Vec<u8>, Unsealable> {
        let mut whole = STANDARD_NO_PAD.decode(sealed).map_err(|_| Unsealable)?;
        if whole.len() < NONCE_LEN {
            return Err(Unsealable);
        }
        let mut text = whole.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&whole).map_err(|_| Unsealable)?;
        let about = Aad::from(about.as_bytes());
        let plain = self.0.open_in_place(nonce, about, &mut text);
        Ok(plain.map_err(|_| Unsealable)?.to_vec())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey")
    }
}

/// Bytes that nobody can guess.
///
/// # Errors
/// When the machine has none to give.
pub fn random<const N: usize>() -> Result<[u8; N], Unsealable> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Unsealable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_about_the_same() {
        let key = SealingKey::of_secret("one").unwrap();
        let other = SealingKey::of_secret("other").unwrap();
        for plain in [b"".as_slice(), b"x", &[0; 1000]] {
            let sealed = key.seal(plain, "ann").unwrap();
            assert_eq!(key.open(&sealed, "ann").unwrap(), plain);
            assert_eq!(key.open(&sealed, "bob"), Err(Unsealable));
            assert_eq!(other.open(&sealed, "ann"), Err(Unsealable));
            assert_ne!(
                key.seal(plain, "ann").unwrap(),
                sealed,
                "a nonce is used once"
            );
        }
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let key = SealingKey::of_secret("one").unwrap();
        let sealed = key.seal(b"text", "ann").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(key.open(&changed, "ann"), Err(Unsealable), "{at}");
        }
        for short in ["", "AAAA", "not base 64!"] {
            assert_eq!(key.open(short, "ann"), Err(Unsealable));
        }
    }

    #[test]
    fn a_key_never_shows_in_a_message() {
        assert_eq!(
            format!("{:?}", SealingKey::of_secret("one").unwrap()),
            "SealingKey"
        );
    }
}
