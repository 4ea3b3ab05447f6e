//! Words that the index does not know, and what they may have been meant to be.

use serde_json::{Value, json};

use super::words::{budget, distance, singular};

/// The most corrections of a text.
const CORRECTIONS_MAX: usize = 4;
/// The most that one word may be meant to be.
const CANDIDATES_MAX: usize = 3;

/// From how many letters on a word that is known may be a misspelling all the same, and how many
/// products the word must have that it is one letter away from: catalogues have misspellings too.
const RARE_LETTERS_MIN: usize = 6;
const COMMON_MIN: u64 = 50;

/// Asks for words of the index that are near those of a text: near those that are not in it, and
/// near those that are, where more products have them.
pub fn request(text: &str) -> Value {
    let near = |mode: &str, edits: u8, letters: usize| {
        json!({ "term": {
            "field": "words", "suggest_mode": mode, "size": 10,
            "max_edits": edits, "prefix_length": 0, "min_word_length": letters,
        } })
    };
    json!({
        "size": 0,
        "suggest": {
            "text": text,
            "words": near("missing", 2, 3),
            "rare": near("popular", 1, RARE_LETTERS_MIN),
        },
    })
}

/// The text with the words that are unknown replaced, the likeliest first; none where every word is
/// known, or one is like no other.
pub fn corrections(text: &str, answer: &Value) -> Vec<String> {
    let entries = |of: &str| {
        let entries = answer.pointer(of).and_then(Value::as_array);
        entries.map_or(&[][..], Vec::as_slice)
    };
    let rare = entries("/suggest/rare");
    let mut corrected = vec![(text.to_owned(), 0)];
    let mut changed = false;
    // From the end, so that what stands before keeps its place.
    for (place, entry) in entries("/suggest/words").iter().enumerate().rev() {
        let mut candidates = candidates(entry);
        if candidates.is_empty() {
            candidates = rare.get(place).map(commoner).unwrap_or_default();
        }
        let (Some(at), Some(length)) = (entry["offset"].as_u64(), entry["length"].as_u64()) else {
            continue;
        };
        if candidates.is_empty() {
            continue;
        }
        changed = true;
        let mut next = Vec::new();
        for (rank, candidate) in candidates.iter().enumerate() {
            for (text, unlikely) in &corrected {
                if let Some(text) = replaced(text, at as usize, length as usize, candidate) {
                    next.push((text, unlikely + rank));
                }
            }
        }
        next.sort_by_key(|(_, unlikely)| *unlikely);
        next.truncate(CORRECTIONS_MAX);
        corrected = next;
    }
    if changed {
        corrected.into_iter().map(|(text, _)| text).collect()
    } else {
        Vec::new()
    }
}

/// What a word may have been meant to be: the nearest first, and of those as near what more
/// products have.
fn candidates(entry: &Value) -> Vec<&str> {
    let Some(word) = entry["text"].as_str() else {
        return Vec::new();
    };
    let options = entry["options"].as_array().map_or(&[][..], Vec::as_slice);
    let mut near: Vec<_> = options
        .iter()
        .filter_map(|option| {
            let text = option["text"].as_str()?;
            let edits = distance(word, text);
            let freq = option["freq"].as_u64().unwrap_or(0);
            (edits <= budget(word)).then_some((edits, u64::MAX - freq, text))
        })
        .collect();
    near.sort_unstable();
    near.truncate(CANDIDATES_MAX);
    near.into_iter().map(|(_, _, text)| text).collect()
}

/// What a word that is known, but hardly, may have been meant to be.
fn commoner(entry: &Value) -> Vec<&str> {
    let Some(word) = entry["text"].as_str() else {
        return Vec::new();
    };
    if word.chars().count() < RARE_LETTERS_MIN {
        return Vec::new();
    }
    let options = entry["options"].as_array().map_or(&[][..], Vec::as_slice);
    let is_meant = |option: &&Value| {
        let text = option["text"].as_str().unwrap_or_default();
        option["freq"].as_u64().unwrap_or(0) >= COMMON_MIN
            && distance(word, text) == 1
            && singular(word) != singular(text)
    };
    let meant = options.iter().filter(is_meant);
    meant.filter_map(|it| it["text"].as_str()).take(1).collect()
}

/// A text with some characters replaced. The engine counts in UTF-16.
fn replaced(text: &str, at: usize, length: usize, with: &str) -> Option<String> {
    let units: Vec<_> = text.encode_utf16().collect();
    let before = String::from_utf16(units.get(..at)?).ok()?;
    let after = String::from_utf16(units.get(at + length..)?).ok()?;
    Some(format!("{before}{with}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str, offset: usize, options: &[(&str, u64)]) -> Value {
        let options: Vec<_> = options
            .iter()
            .map(|(text, freq)| json!({ "text": text, "freq": freq }))
            .collect();
        let length = text.encode_utf16().count();
        json!({ "text": text, "offset": offset, "length": length, "options": options })
    }

    fn corrected(text: &str, entries: &[Value]) -> Vec<String> {
        corrections(text, &json!({ "suggest": { "words": entries } }))
    }

    #[test]
    fn unknown_words_are_replaced_by_the_nearest_that_most_have() {
        let wireless = entry("wirless", 0, &[("wireless", 90), ("tireless", 1)]);
        let mouse = entry("mouce", 8, &[("mouse", 50), ("house", 70), ("mouth", 9)]);
        let found = corrected("wirless mouce", &[wireless, mouse]);
        assert_eq!(found.first().map(String::as_str), Some("wireless mouse"));
        assert!(found.len() <= CORRECTIONS_MAX);
    }

    #[test]
    fn a_word_that_is_too_far_from_any_stays() {
        for (word, option) in [("ab", "abc"), ("hubz", "cubs"), ("xyzzyx", "xylophone")] {
            assert_eq!(corrected(word, &[entry(word, 0, &[(option, 5)])]), [""; 0]);
        }
        assert_eq!(corrected("usb hub", &[]), [""; 0]);
    }

    #[test]
    fn a_word_that_is_hardly_known_may_be_a_misspelling_of_a_common_one() {
        let corrected = |word: &str, options: &[(&str, u64)]| {
            let suggest =
                json!({ "words": [entry(word, 0, &[])], "rare": [entry(word, 0, options)] });
            corrections(word, &json!({ "suggest": suggest }))
        };
        assert_eq!(corrected("cartrige", &[("cartridge", 900)]), ["cartridge"]);
        for (word, option, many) in [
            ("cartrige", "cartridge", 9),
            ("speakers", "speaker", 900),
            ("external", "internal", 900),
            ("xbox", "box", 900),
        ] {
            assert_eq!(corrected(word, &[(option, many)]), [""; 0], "{word}");
        }
    }

    #[test]
    fn places_are_counted_as_the_engine_counts_them() {
        let found = corrected(
            "🎧 headphons",
            &[entry("headphons", 3, &[("headphones", 5)])],
        );
        assert_eq!(found, ["🎧 headphones"]);
        assert_eq!(
            corrected("hub", &[entry("headphons", 3, &[("headphones", 5)])]),
            [""; 0]
        );
    }
}
