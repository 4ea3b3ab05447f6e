//! The `format`s our schemas use, as checks of a text.
//!
//! A validator that meets `"format": NAME` asks [`check`]; the rule is the one the type itself
//! has, so a document that passes its schema also parses.

use crate::{
    Amount, AmountError, CountryCode, CurrencyCode, Cursor, Email, Gtin, Invalid, Permission,
    Phone, Sku, Slug, Timestamp, id, token,
};

/// Every format [`check`] knows by name; formats of ids are any prefix and `-id` besides.
pub const NAMES: [&str; 14] = [
    "decimal",
    "sku",
    "slug",
    "gtin",
    "currency",
    "country",
    "email",
    "permission",
    "cursor",
    "date-time",
    "date",
    "uri",
    "phone",
    "token",
];

/// Checks a text by the name of a format: `None` when the name is not known, and the broken rule
/// (`must be …`) when the text does not pass.
pub fn check(name: &str, text: &str) -> Option<Result<(), &'static str>> {
    let outcome = match name {
        "decimal" => amount(text),
        "sku" => Sku::parse(text).map(drop),
        "slug" => Slug::parse(text).map(drop),
        "gtin" => Gtin::parse(text).map(drop),
        "currency" => CurrencyCode::parse(text).map(drop),
        "country" => CountryCode::parse(text).map(drop),
        "email" => Email::parse(text).map(drop),
        "permission" => Permission::parse(text).map(drop),
        "cursor" => Cursor::parse(text).map(drop),
        "date-time" => Timestamp::parse(text).map(drop),
        "date" => date(text),
        "uri" => uri(text),
        "phone" => Phone::parse(text).map(drop),
        "token" => token::check(text),
        other => id::check(other.strip_suffix("-id")?, text),
    };
    Some(outcome.map_err(|invalid| invalid.rule()))
}

fn amount(text: &str) -> Result<(), Invalid> {
    Amount::parse(text).map(drop).map_err(|error| {
        Invalid::new(match error {
            AmountError::Negative => "must not be negative",
            AmountError::TooManyDigits => "must have at most 18 significant digits",
            AmountError::OutOfRange => "is too large",
            AmountError::NotADecimal | AmountError::TooManyDecimals { .. } => {
                "must be a decimal number, or a decimal string such as \"99.99\""
            }
        })
    })
}

/// RFC 3339 `full-date`: a day that exists.
fn date(text: &str) -> Result<(), Invalid> {
    // The text takes the place of a whole date, so nothing else can stand in it.
    if Timestamp::parse(&format!("{text}T00:00:00Z")).is_ok() {
        Ok(())
    } else {
        Err(Invalid::new("must be a date such as 2026-01-31"))
    }
}

/// An absolute web address (RFC 3986 with scheme `https` or `http`) without user information.
///
/// The form alone; whether we may fetch it is another question.
fn uri(text: &str) -> Result<(), Invalid> {
    const RULE: Invalid =
        Invalid::new("must be an http or https address, at most 2,048 characters");
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or(RULE)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port_is_sound = port.is_none_or(|port| port.parse::<u16>().is_ok());
    let host_is_sound = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~%[]:".contains(&b))
        && host.bytes().any(|b| b.is_ascii_alphanumeric());
    let characters_are_sound = text
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    if text.len() <= 2048 && port_is_sound && host_is_sound && characters_are_sound {
        Ok(())
    } else {
        Err(RULE)
    }
}

#[cfg(test)]
mod tests;
