//! Pages of a list, and the cursors that lead from one to the next.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

use crate::invalid::{Invalid, word};

/// How many items a page has at most: 1 to 100, and 20 when nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Limit(u8);

impl Limit {
    /// The largest page.
    pub const MAX: Self = Self(100);

    const RULE: Invalid = Invalid::new("must be a whole number from 1 to 100");

    /// A limit, unless it is outside 1 to 100.
    pub fn new(items: u64) -> Result<Self, Invalid> {
        match u8::try_from(items) {
            Ok(items @ 1..=100) => Ok(Self(items)),
            _ => Err(Self::RULE),
        }
    }

    /// The number of items.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The number of items, to take so many of something.
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Limit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // `u64` alone would read "+5" too.
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Self::RULE);
        }
        text.parse()
            .map_err(|_| Self::RULE)
            .and_then(|items: u64| Self::new(items))
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = u64::deserialize(deserializer)?;
        Self::new(items).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Limit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "default": 20,
            "description": "How many items a page has at most."
        })
    }
}

/// Some items of a list, and where the rest begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Leads to the next page; `None` at the end of the list.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

/// Why a cursor leads nowhere. Both are a caller's mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It was never one of ours, or it was cut or changed on the way.
    #[error("must be a cursor as an earlier page gave it")]
    Unreadable,
    /// It was given for a list with other filters or another order.
    #[error("must be a cursor of the same query")]
    OtherQuery,
}

/// An opaque place in a list, bound to the query that the list answers.
///
/// Inside: a version byte, a truncated SHA-256 of the query's fingerprint, another over all of
/// it, and the position as JSON. The sums catch accidents and cursors of other queries; they are
/// no signature, since whoever reads this file can make one. So a cursor holds only a place, and
/// never an owner or a partition: those come from the request, and a made-up place shows nobody
/// anything they could not have paged to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// The most characters a cursor has.
    pub const MAX: usize = 2048;

    const RULE: Invalid = Invalid::new("must be a cursor as an earlier page gave it");
    const VERSION: u8 = 1;
    const SUM: usize = 8;
    const HEAD: usize = 1 + 2 * Self::SUM;

    /// Makes the cursor of a position in the list that a query names.
    ///
    /// The fingerprint is any text that is the same for the same filters and order, the limit
    /// left out: the canonical query string does. Fails when the position cannot be written as
    /// JSON, or is too long to be one.
    pub fn seal(position: &impl Serialize, fingerprint: &str) -> Result<Self, CursorError> {
        let place = serde_json::to_vec(position).map_err(|_| CursorError::Unreadable)?;
        let query = sum(&[fingerprint.as_bytes()]);
        let whole = sum(&[&[Self::VERSION], &query, &place]);
        let bytes = [&[Self::VERSION][..], &query, &whole, &place].concat();
        let text = URL_SAFE_NO_PAD.encode(bytes);
        if text.len() > Self::MAX {
            return Err(CursorError::Unreadable);
        }
        Ok(Self(text))
    }

    /// The position inside, if the cursor is whole and of this query.
    pub fn open<T: DeserializeOwned>(&self, fingerprint: &str) -> Result<T, CursorError> {
        let bytes = URL_SAFE_NO_PAD
            .decode(&self.0)
            .map_err(|_| CursorError::Unreadable)?;
        let (head, place) = bytes
            .split_at_checked(Self::HEAD)
            .ok_or(CursorError::Unreadable)?;
        let (version, sums) = head.split_at(1);
        let (query, whole) = sums.split_at(Self::SUM);
        if version != [Self::VERSION] || whole != sum(&[version, query, place]) {
            return Err(CursorError::Unreadable);
        }
        if query != sum(&[fingerprint.as_bytes()]) {
            return Err(CursorError::OtherQuery);
        }
        serde_json::from_slice(place).map_err(|_| CursorError::Unreadable)
    }

    /// Reads a text that may be a cursor; [`Cursor::open`] finds out.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let url_safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(url_safe) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::RULE)
        }
    }

    /// The cursor as text, safe in a URL as it stands.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

word!(Cursor, {
    "type": "string",
    "format": "cursor",
    "minLength": 1,
    "maxLength": 2048,
    "description": "Where the page begins: `nextCursor` of the page before, with the same query."
});

/// The first bytes of the SHA-256 of all parts together.
fn sum(parts: &[&[u8]]) -> [u8; Cursor::SUM] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut first = [0; Cursor::SUM];
    first.copy_from_slice(&hash.finalize()[..Cursor::SUM]);
    first
}

#[cfg(test)]
mod tests;
