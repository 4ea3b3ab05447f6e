//! What a product is, read off how it is called.
//!
//! English names a thing at the end: a *camera lens filter* is a filter, and who asks for a camera
//! does not mean it. So names are cut into phrases at whatever ends one: numbers, punctuation,
//! colours, a change from common words to a proper name (`notebook case Black`), and words after
//! which something else is spoken of (`Fan for PC cases`). The ends of the phrases are what the
//! product is.

use std::collections::BTreeSet;

use super::words::words;

/// Words after which a name speaks of something else than the thing itself.
const COMPLEMENTS: [&str; 14] = [
    "with",
    "for",
    "compatible",
    "incl",
    "including",
    "fits",
    "equivalent",
    "without",
    "from",
    "by",
    "featuring",
    "plus",
    "w/",
    "f/",
];
/// Words that end a phrase without being a part of what it names: colours and conditions.
const TRAITS: [&str; 32] = [
    "black",
    "white",
    "red",
    "blue",
    "green",
    "yellow",
    "magenta",
    "cyan",
    "grey",
    "gray",
    "silver",
    "pink",
    "purple",
    "orange",
    "brown",
    "gold",
    "transparent",
    "multicolor",
    "multicolour",
    "graphite",
    "beige",
    "violet",
    "clear",
    "navy",
    "metallic",
    "anthracite",
    "original",
    "compatible",
    "box",
    "retail",
    "new",
    "refurbished",
];
/// Words that name nothing.
const FILLERS: [&str; 24] = [
    "and", "or", "of", "the", "a", "an", "to", "in", "on", "at", "is", "are", "our", "you", "your",
    "all", "any", "up", "it", "its", "this", "that", "as", "be",
];
/// The most words of a phrase, from its end.
const PHRASE_MAX: usize = 6;
/// The most words of a phrase's end.
const END_MAX: usize = 4;
/// The characters of a description that may say what the product is.
const OPENING: usize = 120;
/// Names of attributes that say what a product is, and nothing else.
const SAYING_SO: [&[&str]; 2] = [&["product", "type"], &["type"]];

/// Whether a word is a preposition that ends what is asked for: `case for iphone`.
pub fn ends_what_is_asked(word: &str) -> bool {
    COMPLEMENTS.contains(&word)
}

/// Whether a word names nothing.
pub fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word) || COMPLEMENTS.contains(&word)
}

/// The phrases that say what a product is: its brand, the phrases of its name, of the opening of
/// its description, of its category and of attributes that say so.
pub fn phrases<'a>(
    brand: &str,
    name: &str,
    description: &str,
    category: &str,
    attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |text: &str, most: usize| {
        found.extend(cut(text, brand).into_iter().take(most));
    };
    add(name, 4);
    add(opening(description), 3);
    add(category, 1);
    for (attribute, value) in attributes {
        if says_so(attribute) {
            add(value, 1);
        }
    }
    if !brand.is_empty() {
        found.insert(brand.to_lowercase());
    }
    found
}

/// The ends of phrases, in the singular: what a query must be to ask for just this.
pub fn ends(phrases: &BTreeSet<String>) -> BTreeSet<String> {
    let mut ends = BTreeSet::new();
    for phrase in phrases {
        let words = words(phrase);
        for length in 1..=words.len().min(END_MAX) {
            if let Some(end) = words.get(words.len() - length..) {
                ends.insert(end.join(" "));
            }
        }
    }
    ends
}

/// All that stands next to each other in phrases, in the singular: what a query is to stand in.
pub fn runs(phrases: &BTreeSet<String>) -> BTreeSet<String> {
    let mut runs = BTreeSet::new();
    for phrase in phrases {
        let words = words(phrase);
        for length in 1..=words.len().min(PHRASE_MAX) {
            runs.extend(words.windows(length).map(|run| run.join(" ")));
        }
    }
    runs
}

/// `attr_t_product_type` says so as well as `Type`.
fn says_so(attribute: &str) -> bool {
    let words = words(attribute);
    let words: Vec<_> = words
        .iter()
        .map(String::as_str)
        .skip_while(|word| *word == "attr" || word.len() == 1)
        .collect();
    SAYING_SO.iter().any(|name| *name == words)
}

/// The first sentence, or as much of it as counts.
fn opening(description: &str) -> &str {
    let end = description
        .match_indices(['.', '!', '?'])
        .find(|(at, mark)| {
            let rest = description.get(at + mark.len()..).unwrap_or_default();
            rest.starts_with(char::is_whitespace)
        })
        .map_or(description.len(), |(at, _)| at);
    let end = end.min(description.floor_char_boundary(OPENING));
    description.get(..end).unwrap_or_default()
}

/// Cuts a text into its phrases, each in lower case.
fn cut(text: &str, brand: &str) -> Vec<String> {
    let text = match text.get(..brand.len()) {
        Some(start) if start.eq_ignore_ascii_case(brand) => {
            text.get(brand.len()..).unwrap_or_default()
        }
        _ => text,
    };
    let mut phrases = Vec::new();
    let mut phrase: Vec<&str> = Vec::new();
    let mut begun = false;
    for piece in pieces(text) {
        let Some(word) = piece else {
            end(&mut phrase, &mut phrases);
            continue;
        };
        let lower = word.to_lowercase();
        if COMPLEMENTS.contains(&lower.as_str()) && begun {
            break;
        }
        let is_word = word.chars().any(char::is_alphabetic)
            && !word.chars().any(|c| c.is_ascii_digit())
            && !TRAITS.contains(&lower.as_str());
        if !is_word {
            begun |= word.chars().any(char::is_alphanumeric);
            end(&mut phrase, &mut phrases);
            continue;
        }
        begun = true;
        let after_common = phrase.last().is_some_and(|last| {
            last.len() > 2 && !FILLERS.contains(last) && last.chars().all(|c| !c.is_uppercase())
        });
        if after_common && word.starts_with(char::is_uppercase) {
            end(&mut phrase, &mut phrases);
        }
        phrase.push(word);
    }
    end(&mut phrase, &mut phrases);
    phrases
}

/// Ends a phrase, without what names nothing at its borders.
fn end(phrase: &mut Vec<&str>, phrases: &mut Vec<String>) {
    let filler = |word: &&str| FILLERS.contains(&word.to_lowercase().as_str());
    while phrase.last().is_some_and(filler) {
        phrase.pop();
    }
    let from = phrase.iter().take_while(|word| filler(word)).count();
    let from = from.max(phrase.len().saturating_sub(PHRASE_MAX));
    let words = phrase.get(from..).unwrap_or_default();
    if words.len() > 1 || words.iter().any(|word| word.chars().count() > 1) {
        phrases.push(words.join(" ").to_lowercase());
    }
    phrase.clear();
}

/// The words of a text, and nothing where punctuation stands between them.
fn pieces(text: &str) -> impl Iterator<Item = Option<&str>> {
    let inside = |c: char| c.is_alphanumeric() || "._®™'’+-".contains(c);
    text.split_whitespace().flat_map(move |chunk| {
        // `w/` and `f/` are words.
        if let Some(short) = chunk.get(..2)
            && COMPLEMENTS.contains(&short.to_lowercase().as_str())
        {
            return vec![Some(short)];
        }
        let mut pieces = Vec::new();
        let mut rest = chunk;
        while let Some(first) = rest.chars().next() {
            if inside(first) {
                let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
                let (word, more) = rest.split_at(end);
                let word = word.trim_matches(|c| ".®™'’+-".contains(c));
                pieces.push((!word.is_empty()).then_some(word));
                rest = more;
            } else {
                pieces.push(None);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        pieces
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_where_a_phrase_ends() {
        for (brand, name, expected) in [
            (
                "Acme",
                "Acme LX400 projector lamp 400 W",
                vec!["projector lamp"],
            ),
            (
                "Acme",
                "Acme 80x25mm Dual Ball Bearing Computer Case Fan w/ TX3 Connector",
                vec!["dual ball bearing computer case fan"],
            ),
            (
                "Acme",
                "Acme CN31 notebook case 40.6 cm Briefcase Black",
                vec!["notebook case", "cm briefcase"],
            ),
            ("", "Case for iPhone", vec!["case"]),
            ("", "For iPhone: a Case", vec!["for iphone", "case"]),
            ("", "mouse pad Gel", vec!["mouse pad", "gel"]),
            ("", "", vec![]),
        ] {
            assert_eq!(cut(name, brand), expected, "{name}");
        }
    }

    #[test]
    fn a_product_is_what_its_phrases_end_with() {
        let phrases = phrases(
            "Acme",
            "Acme AX 3 camera lens filter",
            "Makes colours glow. For every camera.",
            "Filters",
            [("attr_t_product_type", "Lens filter"), ("colour", "Red")],
        );
        let ends = ends(&phrases);
        for is in ["filter", "lens filter", "camera lens filter", "acme"] {
            assert!(ends.contains(&words(is).join(" ")), "{is}: {ends:?}");
        }
        for is_not in ["camera", "lens", "red"] {
            let word = words(is_not).join(" ");
            assert!(!ends.contains(&word), "{is_not}: {ends:?}");
        }
    }

    #[test]
    fn any_text_can_be_cut() {
        for text in [
            "w/",
            "É w/ü",
            "/////",
            "a",
            "ß ẞ ﬁ",
            "日本語 カメラ",
            "\u{202e}x",
        ] {
            let _ = cut(text, "");
            let _ = cut(text, "É");
            let _ = opening(text);
        }
    }
}
