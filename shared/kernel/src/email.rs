//! E-mail addresses, as far as they can be known without sending one.

use unicode_normalization::UnicodeNormalization;

use crate::invalid::{Invalid, word};

/// An e-mail address in the form we write to.
///
/// Trimmed and brought to Unicode NFKC, so that full-width look-alikes are the letters they look
/// like; the domain is in lower case. It must then be a plain ASCII `local@domain` of RFC 5321:
/// 64 and 254 characters at most, no quoted local part, a domain of at least two labels. ASCII
/// alone, because Amazon SES has no SMTPUTF8: an address we cannot write to could never be
/// verified. International domains come in their `xn--` form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// The most characters of an address (RFC 5321 4.5.3.1.3, less the angle brackets).
    pub const MAX: usize = 254;

    const RULE: Invalid =
        Invalid::new("must be an e-mail address like name@example.com, at most 254 characters");

    /// Reads an address and brings it to the form we keep.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        // Bounded before normalising: one character can become eighteen.
        if text.len() > 4 * Self::MAX {
            return Err(Self::RULE);
        }
        let text: String = text.trim().nfkc().collect();
        let (local, domain) = text.rsplit_once('@').ok_or(Self::RULE)?;
        let domain = domain.to_ascii_lowercase();
        if text.len() <= Self::MAX && local_is_sound(local) && domain_is_sound(&domain) {
            Ok(Self(format!("{local}@{domain}")))
        } else {
            Err(Self::RULE)
        }
    }

    /// The address we write to; the case of its local part is as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address under which an account is unique: all in lower case.
    ///
    /// RFC 5321 lets a host tell `Ann@` from `ann@`; no host people use does, and whoever could
    /// register both would own the other's mail. Dots and `+tags` count: what they mean is the
    /// host's affair.
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// RFC 5322 `dot-atom` of at most 64 characters.
fn local_is_sound(local: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    local.len() <= 64
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(atom))
}

/// Host name labels (RFC 1123), at least two of them, the last not all digits: no addresses of
/// machines.
fn domain_is_sound(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let last_names_a_zone = domain
        .rsplit_once('.')
        .is_some_and(|(_, last)| last.len() >= 2 && last.bytes().any(|b| b.is_ascii_lowercase()));
    domain.len() <= 253 && last_names_a_zone && domain.split('.').all(label)
}

word!(Email, {
    "type": "string",
    "format": "email",
    "maxLength": 254,
    "examples": ["ann@example.com"]
});

#[cfg(test)]
mod tests;
