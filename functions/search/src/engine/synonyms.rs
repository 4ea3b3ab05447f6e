//! Words of trade that mean the same, or nearly.
//!
//! They are few, and of the language rather than of a shop: a shop adds its own as rules, which are
//! in force at once. They are looked up for a query, not written into documents, so a change of
//! them needs no new index.

use super::words::words;

/// A group of words and phrases.
struct Group {
    terms: &'static [&'static str],
    nearness: Nearness,
}

/// How near the terms of a group are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// Who asks for one would take the other, behind whatever has the very words.
    Related,
    /// One is another word for the other: a thing that is the one is what was asked for, before
    /// things that only have the word somewhere.
    Same,
}

const fn same(terms: &'static [&'static str]) -> Group {
    Group {
        terms,
        nearness: Nearness::Same,
    }
}

const fn related(terms: &'static [&'static str]) -> Group {
    Group {
        terms,
        nearness: Nearness::Related,
    }
}

const GROUPS: [Group; 36] = [
    same(&["laptop", "notebook"]),
    same(&["tv", "television"]),
    same(&["flashlight", "torch"]),
    same(&["ps4", "playstation 4"]),
    same(&["ps5", "playstation 5"]),
    same(&["earphones", "headphones"]),
    same(&["fridge", "refrigerator"]),
    same(&["cell phone", "mobile phone", "cellphone"]),
    same(&["bike", "bicycle"]),
    same(&["sofa", "couch"]),
    same(&["sneakers", "trainers"]),
    same(&["ssd", "solid state drive"]),
    same(&["nas", "network attached storage"]),
    same(&["ups", "uninterruptible power supply"]),
    same(&["gpu", "graphics card", "video card"]),
    same(&["cpu", "processor"]),
    same(&["mousepad", "mouse pad"]),
    same(&["wifi", "wi fi"]),
    same(&["powerbank", "power bank"]),
    same(&["vacuum cleaner", "hoover"]),
    related(&[
        "usb stick",
        "usb flash drive",
        "memory stick",
        "thumb drive",
        "pen drive",
    ]),
    related(&["headphones", "headset"]),
    related(&["earbuds", "headphones", "earphones"]),
    related(&["video camera", "camcorder"]),
    related(&["cd drive", "optical disc drive"]),
    related(&["dvd drive", "optical disc drive"]),
    related(&["sd card", "secure digital"]),
    related(&["micro sd", "microsd"]),
    related(&["hard drive", "hdd", "hard disk"]),
    related(&["computer", "pc"]),
    related(&["cord", "cable"]),
    related(&["charger", "power adapter"]),
    related(&["phone", "smartphone"]),
    related(&["monitor", "display"]),
    related(&["ram", "memory module"]),
    related(&["copier", "photocopier"]),
];

/// What else may stand in place of some of a query's words; `asked` are [`words`].
pub fn alternatives(asked: &[String]) -> Vec<(Vec<String>, Nearness)> {
    let mut found = Vec::new();
    for group in &GROUPS {
        let terms: Vec<_> = group.terms.iter().map(|term| words(term)).collect();
        let Some(held) = terms.iter().find(|term| position(asked, term).is_some()) else {
            continue;
        };
        for other in terms.iter().filter(|other| *other != held) {
            if position(asked, other).is_none()
                && let Some(variant) = replaced(asked, held, other)
            {
                found.push((variant, group.nearness));
            }
        }
    }
    found
}

/// A query with some of its words replaced by others.
pub fn replaced(asked: &[String], held: &[String], other: &[String]) -> Option<Vec<String>> {
    let at = position(asked, held)?;
    let (before, rest) = asked.split_at_checked(at)?;
    Some([before, other, rest.get(held.len()..)?].concat())
}

/// Where some words stand next to each other in others.
fn position(text: &[String], part: &[String]) -> Option<usize> {
    if part.is_empty() {
        return None;
    }
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_stand_in_the_place_of_those_they_stand_for() {
        for (query, expected) in [
            ("laptops", vec![("notebook", Nearness::Same)]),
            ("Laptop case", vec![("notebook case", Nearness::Same)]),
            (
                "external hard drive",
                vec![
                    ("external hdd", Nearness::Related),
                    ("external hard disk", Nearness::Related),
                ],
            ),
            ("desk", vec![]),
            ("laptop notebook", vec![]),
        ] {
            let found = alternatives(&words(query));
            let found: Vec<_> = found
                .iter()
                .map(|(words, near)| (words.join(" "), *near))
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(w, near)| ((*w).to_owned(), *near))
                .collect();
            assert_eq!(found, expected, "{query}");
        }
    }
}
