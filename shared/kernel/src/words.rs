//! What may stand in a text, whatever it says.

/// Whether a reader sees nothing of a text: it is empty, or blanks, control characters and
/// characters that have no form of their own.
pub fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// The rule that a name or another text of one line breaks, if it breaks one.
pub fn broken_line(text: &str) -> Option<&'static str> {
    if is_blank(text) {
        Some("must not be blank")
    } else if text.chars().any(char::is_control) {
        Some("must hold no control characters")
    } else {
        None
    }
}

/// The rule that a text of many lines breaks, if it breaks one. Characters from U+0080 to U+009F
/// pass: they stand in suppliers' texts where one encoding was read as another (U+0099 for ™), and
/// a catalogue is not to be refused for that.
pub fn broken_prose(text: &str) -> Option<&'static str> {
    let is_refused = |c: char| c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t');
    text.chars()
        .any(is_refused)
        .then_some("must hold no control characters but line ends and tabs")
}

/// Characters that Unicode calls ignorable by default, and the empty pattern of Braille.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_see_is_blank() {
        for text in [
            "",
            " ",
            "\u{0}",
            "\u{200b}",
            "\u{feff}\u{3000}",
            "\t\u{2800}",
        ] {
            assert!(is_blank(text), "{text:?}");
            assert_eq!(broken_line(text), Some("must not be blank"), "{text:?}");
        }
        for text in ["a", "👩\u{200d}🔬", "❤\u{fe0f}", "می\u{200c}خواهم", " x "] {
            assert_eq!(broken_line(text), None, "{text:?}");
        }
    }

    #[test]
    fn control_characters_stand_in_no_line_and_only_those_of_layout_in_prose() {
        for text in ["a\u{0}b", "a\nb", "a\t", "a\u{7f}", "a\u{9b}b"] {
            assert!(broken_line(text).is_some(), "{text:?}");
        }
        assert_eq!(broken_prose("one\r\n\ttwo PrintingScout\u{99} "), None);
        assert_eq!(broken_prose(""), None);
        for text in ["\u{0}", "a\u{1b}[1m", "a\u{7f}"] {
            assert!(broken_prose(text).is_some(), "{text:?}");
        }
    }
}
