//! Passwords: which ones are taken, and how they are kept.

use std::cell::RefCell;
use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use kernel::Invalid;
use passwords::analyzer;
use unicode_normalization::UnicodeNormalization;

use crate::user::PasswordHash;

/// The fewest characters of a password.
pub const MIN: usize = 8;
/// The most characters of a password.
pub const MAX: usize = 128;
/// Random bytes that make every hash another.
pub const SALT: usize = 16;

/// What a guess costs: Argon2id as OWASP advises at the least. Raising a figure is safe: whoever
/// signs in has their password hashed anew.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A password as it was typed, in the one form that Unicode has for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why no hash was made of a password.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct Unhashable(argon2::password_hash::Error);

impl Password {
    /// A password that is to be checked against a hash.
    ///
    /// Keyboards differ in how they write an accented letter; NFKC makes the same of all.
    pub fn given(text: &str) -> Self {
        Self(text.nfkc().collect())
    }

    /// A password that somebody chose, who is known by these words.
    ///
    /// # Errors
    /// The rule that it breaks. There are none of upper case, digits or marks: such rules make
    /// passwords harder to remember, and hardly to guess.
    pub fn choose(text: &str, about: &[&str]) -> Result<Self, Invalid> {
        // Bounded before it is normalised: one character can become eighteen.
        if text.chars().count() > MAX {
            return Err(Invalid::new("must have at most 128 characters"));
        }
        let password = Self::given(text);
        let length = password.0.chars().count();
        if length < MIN {
            return Err(Invalid::new("must have at least 8 characters"));
        }
        if password.is_guessed_first(about) {
            return Err(Invalid::new(
                "is one of the first that anybody would guess; choose another",
            ));
        }
        Ok(password)
    }

    /// Whether it is, in whatever case, one of the hundred thousand most common passwords or one of
    /// the words that its owner is known by.
    fn is_guessed_first(&self, about: &[&str]) -> bool {
        let lower = self.0.to_lowercase();
        analyzer::is_common_password(&self.0)
            || analyzer::is_common_password(&lower)
            || about.iter().any(|word| word.to_lowercase() == lower)
    }

    /// What is kept of the password.
    ///
    /// It takes some tens of milliseconds and is not moved to another thread: a function serves
    /// one request at a time, and has nothing else to do meanwhile.
    ///
    /// # Errors
    /// When the library refuses the figures above.
    pub fn hash(&self, salt: &[u8; SALT]) -> Result<PasswordHash, Unhashable> {
        let made = || {
            let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
            let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            Ok(Phc {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(argon.params())?,
                salt: Some(Salt::new(salt)?),
                hash: Some(self.digest(salt, &argon)?),
            })
        };
        let made: argon2::password_hash::Result<Phc> = made();
        made.map(|phc| PasswordHash::new(phc.to_string()))
            .map_err(Unhashable)
    }

    /// Whether it is the password of a hash. With none to compare with it takes as long, and is
    /// not: whether somebody has an account must not be told by the time that it takes.
    pub fn is_of(&self, hash: Option<&PasswordHash>) -> bool {
        let known = hash.and_then(|hash| Phc::new(hash.as_str()).ok());
        let has_hash = known.is_some();
        let right = known
            .or_else(|| Phc::new(&nobodys()).ok())
            .and_then(|known| self.matches(&known));
        right == Some(true) && has_hash
    }

    /// None for a hash that Argon2 did not make.
    fn matches(&self, known: &Phc) -> Option<bool> {
        let algorithm = Algorithm::try_from(known.algorithm.as_str()).ok()?;
        let version = Version::try_from(known.version?).ok()?;
        let argon = Argon2::new(algorithm, version, Params::try_from(known).ok()?);
        let made = self.digest(known.salt.as_ref()?, &argon).ok()?;
        // Outputs are compared in constant time.
        Some(known.hash == Some(made))
    }

    fn digest(
        &self,
        salt: &[u8],
        argon: &Argon2<'_>,
    ) -> Result<Output, argon2::password_hash::Error> {
        let params = argon.params();
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let mut digest = vec![0; length];
        MEMORY.with_borrow_mut(|memory| {
            let blocks = params.block_count();
            if memory.len() < blocks {
                memory.resize(blocks, Block::new());
            }
            argon.hash_password_into_with_memory(
                self.0.as_bytes(),
                salt,
                &mut digest,
                &mut memory[..blocks],
            )
        })?;
        Ok(Output::new(&digest)?)
    }
}

thread_local! {
    /// Where hashes are worked out, kept from one to the next. Had anew each time, it makes glibc
    /// scatter large aligned blocks: a process came to 225 MB after a hundred hashes, and to 31 MB
    /// with this.
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// A hash that is nobody's, at today's cost.
fn nobodys() -> String {
    let (salt, hash) = ("A".repeat(22), "A".repeat(43));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}")
}

/// Whether a hash was made at a lower cost than today's.
pub fn is_outdated(hash: &PasswordHash) -> bool {
    let Ok(known) = Phc::new(hash.as_str()) else {
        return false;
    };
    let lower = |params: Params| params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES;
    known.algorithm != Algorithm::Argon2id.ident() || Params::try_from(&known).map_or(true, lower)
}

/// A password shows itself to nobody.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests;
