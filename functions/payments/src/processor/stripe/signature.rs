//! Whether a webhook is Stripe's: a keyed hash over the time and the bytes that came.

use std::time::Duration;

use aws_lc_rs::hmac;
use kernel::Timestamp;

/// How old a webhook may be, or how far ahead its clock.
const TOLERANCE: Duration = Duration::from_mins(5);

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// There is no signature, or none that can be read.
    #[error("there is no signature that can be read")]
    Unreadable,
    /// Its time is not now.
    #[error("the signature is of another time")]
    Stale,
    /// No secret of ours makes it.
    #[error("the signature is not of this body")]
    Wrong,
}

/// Holds a `Stripe-Signature` header to the body that it came with. While secrets are changed there
/// are two, and either will do. Times are compared in constant time by the hash's own check.
///
/// # Errors
/// Why it is not believed.
pub fn verify(
    header: &str,
    body: &[u8],
    secrets: &[String],
    now: Timestamp,
) -> Result<(), Unsigned> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", text)) => time = Some(text),
            Some(("v1", text)) => signatures.extend(unhex(text)),
            _ => {}
        }
    }
    let time = time.ok_or(Unsigned::Unreadable)?;
    let seconds: i64 = time.parse().map_err(|_| Unsigned::Unreadable)?;
    if signatures.is_empty() {
        return Err(Unsigned::Unreadable);
    }
    let mut signed = Vec::with_capacity(time.len() + 1 + body.len());
    signed.extend_from_slice(time.as_bytes());
    signed.push(b'.');
    signed.extend_from_slice(body);
    let is_ours = secrets.iter().any(|secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        signatures
            .iter()
            .any(|signature| hmac::verify(&key, &signed, signature).is_ok())
    });
    if !is_ours {
        return Err(Unsigned::Wrong);
    }
    if now.seconds().abs_diff(seconds) > TOLERANCE.as_secs() {
        return Err(Unsigned::Stale);
    }
    Ok(())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let mut signed = format!("{seconds}.").into_bytes();
        signed.extend_from_slice(body);
        let tag = hmac::sign(&key, &signed);
        tag.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn secrets() -> Vec<String> {
        ["whsec_new", "whsec_old"].map(str::to_owned).to_vec()
    }

    #[test]
    fn either_live_secret_is_believed_over_the_very_bytes() {
        let at = NOW.seconds();
        for body in [b"{\"a\": 1}".as_slice(), b"", b"\xff\xfe\x00"] {
            for secret in ["whsec_new", "whsec_old"] {
                let header = format!("t={at},v1={},v0=00", sign(secret, at, body));
                assert_eq!(verify(&header, body, &secrets(), NOW), Ok(()));
                let mut other = body.to_vec();
                other.push(b' ');
                assert_eq!(
                    verify(&header, &other, &secrets(), NOW),
                    Err(Unsigned::Wrong)
                );
            }
        }
    }

    #[test]
    fn one_good_signature_among_others_is_enough() {
        let at = NOW.seconds();
        let good = sign("whsec_old", at, b"x");
        let header = format!("t={at}, v1={}, v1={good}", sign("whsec_gone", at, b"x"));
        assert_eq!(verify(&header, b"x", &secrets(), NOW), Ok(()));
    }

    #[test]
    fn five_minutes_are_tolerated_either_way() {
        for (off, outcome) in [
            (-300, Ok(())),
            (300, Ok(())),
            (-301, Err(Unsigned::Stale)),
            (301, Err(Unsigned::Stale)),
        ] {
            let at = NOW.seconds() + off;
            let header = format!("t={at},v1={}", sign("whsec_new", at, b"x"));
            assert_eq!(verify(&header, b"x", &secrets(), NOW), outcome, "{off}");
        }
    }

    #[test]
    fn what_is_no_signature_is_none() {
        let at = NOW.seconds();
        let good = sign("whsec_new", at, b"x");
        for header in [
            String::new(),
            "t=".to_owned(),
            format!("v1={good}"),
            format!("t={at}"),
            format!("t={at},v1=zz"),
            format!("t={at},v1=é"),
            format!("t={at},v0={good}"),
            format!("t=99999999999999999999,v1={good}"),
        ] {
            let outcome = verify(&header, b"x", &secrets(), NOW);
            assert_eq!(outcome, Err(Unsigned::Unreadable), "{header}");
        }
        let header = format!("t={at},v1={good}");
        assert_eq!(verify(&header, b"x", &[], NOW), Err(Unsigned::Wrong));
    }
}
