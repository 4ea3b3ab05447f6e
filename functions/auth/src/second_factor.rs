//! The second factor: codes of an authenticator app (RFC 6238), and recovery codes for the day the
//! device is lost.
//!
//! A code is good once. Of an app's codes the step of the last one that was taken is kept, and none
//! of that step or before is taken again; a recovery code is struck off the list. The app's secret
//! must be known to us in clear, so it is kept [sealed](crate::sealed); recovery codes are kept by
//! their hashes, since 80 random bits leave nothing to guess.

use std::fmt;
use std::fmt::Write;
use std::time::Duration;

use kernel::{Email, Timestamp, UserId};
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Builder, Totp};

use crate::sealed::{SealingKey, Unsealable};

/// How long one code of an app stands.
pub const STEP: Duration = Duration::from_secs(30);
/// How many recovery codes a user is given.
pub const RECOVERY_CODES: usize = 10;
/// Wrong codes that are taken in [`TRIES_WITHIN`], whatever codes they were.
pub const TRIES: u32 = 5;
/// How long tries are counted.
pub const TRIES_WITHIN: Duration = Duration::from_mins(15);

/// The name that apps show beside a user's address.
const ISSUER: &str = "UltraMarket";
/// The bytes of an app's secret: as many as the hash has, as RFC 4226 recommends.
const SECRET: usize = 20;
/// The bytes of a recovery code.
const CODE: usize = 10;
/// The random bytes that a second factor is made of.
pub const RANDOM: usize = SECRET + RECOVERY_CODES * CODE;
/// Clocks of phones go wrong by a step.
const DRIFT: u16 = 1;
const DIGITS: u8 = 6;
/// Crockford's base 32, in which no two characters look alike.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A user's second factor, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The user.
    pub user: UserId,
    /// The app's secret, sealed about the user.
    pub sealed: String,
    /// Whether the user has shown that the app has the secret. Until then nothing asks for it.
    pub confirmed: bool,
    /// The step of the last code that was taken.
    pub last_step: u64,
    /// The hashes of the recovery codes that are left.
    pub recovery: Vec<String>,
}

/// What a user is shown once, to be put into an app and kept in a drawer.
#[derive(Clone)]
pub struct Enrolment {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as a URI, to be scanned.
    pub otpauth_uri: String,
    /// The recovery codes.
    pub recovery_codes: Vec<String>,
}

/// Secrets stay out of messages.
impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Enrolment")
    }
}

/// What a code turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// The app's, of a step that was not used.
    OfStep(u64),
    /// A recovery code, of this hash.
    Recovery(String),
}

impl SecondFactor {
    /// A new second factor of a user, made of random bytes, and what the user is shown of it.
    ///
    /// # Errors
    /// When the secret cannot be sealed.
    pub fn enrol(
        user: UserId,
        email: &Email,
        key: &SealingKey,
        random: &[u8; RANDOM],
    ) -> Result<(Self, Enrolment), Unsealable> {
        let (secret, codes) = random.split_at(SECRET);
        let (codes, _) = codes.as_chunks::<CODE>();
        let recovery_codes: Vec<_> = codes.iter().map(written).collect();
        let hashes = recovery_codes.iter().map(|code| hash(user, code));
        let factor = Self {
            user,
            sealed: key.seal(secret, &about(user))?,
            confirmed: false,
            last_step: 0,
            recovery: hashes.collect(),
        };
        let secret = totp(secret)?.secret().to_base32();
        let enrolment = Enrolment {
            otpauth_uri: otpauth_uri(&secret, email),
            secret,
            recovery_codes,
        };
        Ok((factor, enrolment))
    }

    /// What a code is, when it is good now. Whether it is good still when it is used, the store
    /// decides.
    ///
    /// # Errors
    /// When the secret does not open.
    pub fn read(
        &self,
        code: &str,
        key: &SealingKey,
        at: Timestamp,
    ) -> Result<Option<Code>, Unsealable> {
        let code = code.trim();
        if code.len() == usize::from(DIGITS) {
            return Ok(self.step_of(code, key, at)?.map(Code::OfStep));
        }
        let hash = hash(self.user, &bare(code));
        let is_left = self.recovery.contains(&hash);
        Ok(is_left.then_some(Code::Recovery(hash)))
    }

    /// The step of an app's code, when it is good and later than the last one.
    ///
    /// # Errors
    /// When the secret does not open.
    pub fn step_of(
        &self,
        code: &str,
        key: &SealingKey,
        at: Timestamp,
    ) -> Result<Option<u64>, Unsealable> {
        let secret = key.open(&self.sealed, &about(self.user))?;
        let seconds = u64::try_from(at.seconds()).unwrap_or(0);
        let step = totp(&secret)?.check(code, seconds);
        Ok(step.filter(|&step| step > self.last_step))
    }
}

/// What an app's secret is sealed about.
fn about(user: UserId) -> String {
    format!("second factor of {user}")
}

fn totp(secret: &[u8]) -> Result<Totp, Unsealable> {
    // SHA-1, six digits, half a minute: what every app knows. HMAC does not mind SHA-1's collisions.
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(DRIFT)
        .with_step_duration(STEP.as_secs())
        .with_secret(secret)
        .build()
        .map_err(|_| Unsealable)
}

/// The key URI that authenticator apps read.
fn otpauth_uri(secret: &str, email: &Email) -> String {
    let account = escaped(email.as_str());
    format!(
        "otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}\
         &algorithm=SHA1&digits={DIGITS}&period={}",
        STEP.as_secs()
    )
}

/// Percent-encoded but for RFC 3986's unreserved characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// Eighty bits as they are written down: `4k7d-m2xq-09bz-htv5`.
fn written(bits: &[u8; CODE]) -> String {
    let mut number = [0; 16];
    number[6..].copy_from_slice(bits);
    let number = u128::from_be_bytes(number);
    let mut code = String::with_capacity(19);
    for place in (0..16).rev() {
        let digit = (number >> (5 * place)) & 31;
        code.push(char::from(ALPHABET[digit as usize]));
        if place % 4 == 0 && place > 0 {
            code.push('-');
        }
    }
    code
}

/// A code as people type it, in the form that it was shown in: hyphens and blanks are theirs to
/// leave out, and O, I and L are what they look like.
fn bare(typed: &str) -> String {
    let digits = typed.chars().filter(char::is_ascii_alphanumeric);
    let digits = digits.map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    });
    let mut code = String::with_capacity(19);
    for (place, digit) in digits.enumerate() {
        if place % 4 == 0 && place > 0 {
            code.push('-');
        }
        code.push(digit);
    }
    code
}

/// The hash of a recovery code, of this user alone.
fn hash(user: UserId, code: &str) -> String {
    let digest = Sha256::digest(format!("{user} {code}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
