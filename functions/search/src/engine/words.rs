//! Words as search compares them where it, and not the engine, does the comparing.

use kernel::text;

/// A word as it names one thing: `Batteries` is `battery`, `switches` is `switch`. It is a rule of
/// thumb for nouns of trade, and meets itself: both sides of a comparison go through it.
pub fn singular(word: &str) -> String {
    let word = text::fold(word);
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    let cut = |by: usize| word.get(..word.len() - by).unwrap_or(&word).to_owned();
    if word.len() < 4 || ends(&["ss", "us", "is"]) {
        word
    } else if word.len() > 4 && ends(&["ies"]) {
        format!("{}y", cut(3))
    } else if ends(&["ches", "shes", "xes", "sses", "zes"]) {
        cut(2)
    } else if ends(&["s"]) {
        cut(1)
    } else {
        word
    }
}

/// The words of a text, each [`singular`].
pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '+'))
        .filter(|word| !word.is_empty())
        .map(singular)
        .collect()
}

/// A text as a number that things are known by, whatever it is written with: `TN-2110` is
/// `tn2110`. Bar codes are the same with and without zeros in front.
pub fn code(text: &str) -> Option<String> {
    let folded = text::fold(text);
    let code: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_number = code.chars().all(|c| c.is_ascii_digit());
    let code = match code.len() {
        8.. if is_number => code.trim_start_matches('0').to_owned(),
        _ => code,
    };
    (!code.is_empty() && code.len() <= 100).then_some(code)
}

/// A word as a number of a model, where it is one: it has a digit, and is not just a small number.
pub fn model_number(word: &str) -> Option<String> {
    let code = code(word)?;
    let digits = code.chars().filter(char::is_ascii_digit).count();
    let is_one = digits > 0 && code.len() >= 3 && (digits < code.len() || digits >= 4);
    is_one.then_some(code)
}

/// How many edits a word may be away from one that it stands for: none up to two characters, one
/// up to five, two beyond.
pub fn budget(word: &str) -> usize {
    match word.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

/// How many letters must be put in, left out, changed or swapped with their neighbour to make one
/// word another.
pub fn distance(from: &str, to: &str) -> usize {
    let from: Vec<_> = from.chars().collect();
    let to: Vec<_> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut least = (at(&last, j + 1) + 1)
                .min(at(&row, j) + 1)
                .min(at(&last, j) + usize::from(a != b));
            let swapped = i > 0 && j > 0 && from.get(i - 1) == Some(b) && to.get(j - 1) == Some(a);
            if swapped {
                least = least.min(at(&before_last, j - 1) + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_in_the_singular() {
        for (word, one) in [
            ("Laptops", "laptop"),
            ("batteries", "battery"),
            ("switches", "switch"),
            ("boxes", "box"),
            ("cases", "case"),
            ("glass", "glass"),
            ("status", "status"),
            ("TVs", "tvs"),
            ("gas", "gas"),
        ] {
            assert_eq!(singular(word), one, "{word}");
        }
        assert_eq!(
            words("USB-C Hubs, 4 ports"),
            ["usb", "c", "hub", "4", "port"]
        );
    }

    #[test]
    fn codes_are_the_same_however_they_are_written() {
        for (text, expected) in [
            ("TN-2110", Some("tn2110")),
            (" tn 2110 ", Some("tn2110")),
            ("0088698629123", Some("88698629123")),
            ("007", Some("007")),
            ("--", None),
        ] {
            assert_eq!(code(text).as_deref(), expected, "{text}");
        }
        for (word, is_one) in [
            ("C4872A", true),
            ("G5", false),
            ("840", false),
            ("2110", true),
            ("hub", false),
        ] {
            assert_eq!(model_number(word).is_some(), is_one, "{word}");
        }
    }

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        for (from, to, edits) in [
            ("keyboard", "keyboard", 0),
            ("keybaord", "keyboard", 1),
            ("mose", "mouse", 1),
            ("printr", "printer", 1),
            ("wirless", "wireless", 1),
            ("hub", "tub", 1),
            ("", "hub", 3),
        ] {
            assert_eq!(distance(from, to), edits, "{from} {to}");
        }
    }
}
