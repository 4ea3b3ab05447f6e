//! Phone numbers.

use crate::invalid::{Invalid, word};

/// A phone number that can be called from anywhere: ITU-T E.164, `+4930123456`.
///
/// People write numbers with spaces, hyphens, dots, slashes and brackets (ITU-T E.123); those are
/// dropped. `(0)` is refused, for only some countries dial that digit from abroad.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// The most characters that are read, marks between digits included.
    pub const MAX: usize = 40;

    const RULE: Invalid = Invalid::new("must be a phone number such as +49 30 123456");

    /// Reads a number: a plus sign and 7 to 15 digits, of which the first is not zero.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let digits = text.strip_prefix('+').ok_or(Self::RULE)?;
        if text.len() > Self::MAX || digits.contains("(0)") {
            return Err(Self::RULE);
        }
        let is_mark = |c: char| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}');
        let digits: String = digits.chars().filter(|&c| !is_mark(c)).collect();
        let sound = (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        if sound {
            Ok(Self(format!("+{digits}")))
        } else {
            Err(Self::RULE)
        }
    }

    /// The number without marks between its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

word!(Phone, {
    "type": "string",
    "format": "phone",
    "maxLength": 40,
    "examples": ["+4930123456"]
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_without_the_marks_that_people_write() {
        for text in [
            "+4930123456",
            "+49 30 123456",
            "+49-30-123456",
            " +49 (30) 12.34/56 ",
            "+49\u{a0}30\u{a0}123456",
        ] {
            assert_eq!(
                Phone::parse(text).unwrap().as_str(),
                "+4930123456",
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_called_from_anywhere_is_refused() {
        for text in [
            "",
            "+",
            "030 123456",
            "+0123456789",
            "+49 (0)30 123456",
            "+123456",
            "+1234567890123456",
            "+49 30 123x",
            "+49+30123456",
            "+４９30123456",
        ] {
            assert!(Phone::parse(text).is_err(), "{text}");
        }
    }
}
