//! Names of things that are sold: [`Slug`], [`Sku`] and [`Gtin`].

use crate::invalid::{Invalid, word};

/// The name of a thing in a URL: `red-running-shoes`.
///
/// Lower-case letters, digits and single hyphens between them, at most 100 characters. It never
/// holds an underscore, and every id does, so a path segment is either an id or a slug.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

impl Slug {
    /// The most characters a slug has.
    pub const MAX: usize = 100;

    const RULE: Invalid =
        Invalid::new("must be 1 to 100 lower-case letters, digits and single hyphens between them");

    /// Reads a slug as it stands; nothing is repaired.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let parts_are_sound = text.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        if text.len() <= Self::MAX && parts_are_sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::RULE)
        }
    }

    /// Makes a slug of a name in any script: `Köhler & Söhne №5` becomes `kohler-sohne-no5`.
    ///
    /// `None` when nothing of the name can be written in letters and digits.
    ///
    /// The tables of `deunicode` are half a megabyte of a binary (180 KB zipped), in those that
    /// call this and no others.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut slug = String::with_capacity(name.len().min(Self::MAX));
        for c in deunicode::deunicode(name).chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if c != '\'' && !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() > Self::MAX {
                break;
            }
        }
        Self::cut(&slug, Self::MAX)
    }

    /// The same slug with a suffix, kept within the length: how a taken slug gives way.
    ///
    /// The suffix is itself a slug (`2`, `k3x9`), so the result always is one.
    pub fn with_suffix(&self, suffix: &Slug) -> Self {
        let room = Self::MAX.saturating_sub(suffix.0.len() + 1);
        match Self::cut(&self.0, room) {
            Some(base) => Self(format!("{base}-{suffix}")),
            None => suffix.clone(),
        }
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn cut(text: &str, room: usize) -> Option<Self> {
        let kept = text.get(..text.len().min(room)).unwrap_or_default();
        let kept = kept.trim_matches('-');
        (!kept.is_empty()).then(|| Self(kept.to_owned()))
    }
}

word!(Slug, {
    "type": "string",
    "format": "slug",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
    "examples": ["red-running-shoes"]
});

/// A stock keeping unit: the shop's own name of one thing on a shelf.
///
/// `[A-Za-z0-9._-]{1,64}`, and case counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku(String);

impl Sku {
    /// The most characters a SKU has.
    pub const MAX: usize = 64;

    const RULE: Invalid =
        Invalid::new("must be 1 to 64 letters, digits, dots, underscores and hyphens");

    /// Reads a SKU as it stands.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(sound) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::RULE)
        }
    }

    /// The SKU as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

word!(Sku, {
    "type": "string",
    "format": "sku",
    "minLength": 1,
    "maxLength": 64,
    "pattern": "^[A-Za-z0-9._-]{1,64}$",
    "examples": ["SHOE-RED-42"]
});

/// A Global Trade Item Number: the digits under a bar code.
///
/// 8, 12, 13 or 14 digits, the last of which checks the others (GS1 General Specifications,
/// section 7.9: weights 3 and 1 from the right).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(String);

impl Gtin {
    const RULE: Invalid =
        Invalid::new("must be a GTIN: 8, 12, 13 or 14 digits with a right check digit");

    /// Reads a GTIN as it stands, without spaces or hyphens.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let length_is_known = matches!(text.len(), 8 | 12 | 13 | 14);
        if !length_is_known || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Self::RULE);
        }
        let sum: u32 = text
            .bytes()
            .rev()
            .zip([1, 3].into_iter().cycle())
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        if sum.is_multiple_of(10) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::RULE)
        }
    }

    /// The number as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number in its longest form, in which all lengths compare: zeros stand in front.
    pub fn gtin14(&self) -> String {
        format!("{:0>14}", self.0)
    }
}

word!(Gtin, {
    "type": "string",
    "format": "gtin",
    "minLength": 8,
    "maxLength": 14,
    "pattern": "^([0-9]{8}|[0-9]{12,14})$",
    "examples": ["4006381333931"]
});

#[cfg(test)]
mod tests;
