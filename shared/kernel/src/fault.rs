//! Faults of a document, each with the place it stands at.

use std::fmt::{self, Display, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One fault of a JSON document, as it stands in a problem's `errors`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// Where: an RFC 6901 JSON pointer, empty for the document itself.
    pub pointer: String,
    /// What is wrong: a clause such as `must be at least 1`.
    pub detail: String,
}

/// An RFC 6901 JSON pointer under construction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The document itself.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// The member of an object; `~` and `/` in its name are escaped.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + 1 + name.len());
        text.push_str(&self.0);
        text.push('/');
        for c in name.chars() {
            match c {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                c => text.push(c),
            }
        }
        Self(text)
    }

    /// The element of an array.
    #[must_use]
    pub fn index(&self, at: usize) -> Self {
        let mut text = self.0.clone();
        let written = write!(text, "/{at}");
        debug_assert!(written.is_ok(), "a String takes what it is given");
        Self(text)
    }

    /// The pointer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

impl From<&Pointer> for String {
    fn from(pointer: &Pointer) -> Self {
        pointer.0.clone()
    }
}

/// Collects every fault of a document, so that a caller learns of all of them at once.
///
/// It keeps the first [`Faults::MOST`] and counts the rest: a megabyte of wrong elements must not
/// become an answer larger than a Lambda may give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    kept: Vec<Fault>,
    dropped: usize,
}

impl Faults {
    /// The most faults that are kept.
    pub const MOST: usize = 500;

    /// No faults yet.
    pub const fn new() -> Self {
        Self {
            kept: Vec::new(),
            dropped: 0,
        }
    }

    /// Notes a fault at a place: `faults.add("/price", "must be …")` or with a [`Pointer`].
    pub fn add(&mut self, pointer: impl Into<String>, detail: impl Display) {
        if self.kept.len() == Self::MOST {
            self.dropped += 1;
            return;
        }
        self.kept.push(Fault {
            pointer: pointer.into(),
            detail: detail.to_string(),
        });
    }

    /// Takes the value out of a result, or notes the error as a fault at a place.
    pub fn take<T, E: Display>(
        &mut self,
        pointer: impl Into<String>,
        result: Result<T, E>,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(pointer, error);
                None
            }
        }
    }

    /// Whether a place has a fault already, so that one mistake is told once.
    pub fn has(&self, pointer: &str) -> bool {
        self.kept.iter().any(|fault| fault.pointer == pointer)
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many were found, kept or not.
    pub const fn found(&self) -> usize {
        self.kept.len() + self.dropped
    }

    /// Those that were kept, in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.kept.iter()
    }

    /// `Ok` when there are none, so that a check can end in `?`.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Those that were kept, and one more that says how many were not.
    pub fn into_vec(self) -> Vec<Fault> {
        let mut kept = self.kept;
        if self.dropped > 0 {
            kept.push(Fault {
                pointer: String::new(),
                detail: format!("{} further faults are not listed", self.dropped),
            });
        }
        kept
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        for fault in faults {
            self.add(fault.pointer, fault.detail);
        }
    }
}

#[cfg(test)]
mod tests;
