//! Whether misspelt words are understood.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use search::engine::asked::TERMS_MAX;

use crate::catalogue::Catalogue;
use crate::engine::Engine;

/// How deep a product must be found.
const DEPTH: usize = 10;

/// A kind of misspelt text: so many words of a name, and so many of them wrong.
struct Spoilt {
    what: &'static str,
    words: usize,
    wrong: usize,
}

const SPOILT: [Spoilt; 4] = [
    Spoilt {
        what: "one word, misspelt",
        words: 1,
        wrong: 1,
    },
    Spoilt {
        what: "three words, one misspelt",
        words: 3,
        wrong: 1,
    },
    Spoilt {
        what: "three words, two misspelt",
        words: 3,
        wrong: 2,
    },
    Spoilt {
        what: "the whole name, one word misspelt",
        words: TERMS_MAX,
        wrong: 1,
    },
];

/// Searches for words of names, some misspelt as people misspell them.
///
/// # Errors
/// The engine's.
pub fn words(
    engine: &Engine,
    catalogue: &Catalogue,
    known: &[(String, String)],
    many: usize,
) -> Result<()> {
    let mut wrong: HashMap<&str, Vec<&str>> = HashMap::new();
    for (misspelt, meant) in known {
        wrong.entry(meant).or_default().push(misspelt);
    }
    let mut random = fastrand::Rng::with_seed(13);
    let mut products: Vec<_> = catalogue.products.iter().collect();
    random.shuffle(&mut products);
    println!(
        "\nMisspelt words of names, {many} products each; found is the product, or one of the"
    );
    println!("first {DEPTH} of the same text spelt right");
    for kind in &SPOILT {
        let (mut tried, mut itself, mut there, mut like) = (0, 0, 0, 0);
        let mut missed = BTreeMap::new();
        for product in &products {
            if tried == many {
                break;
            }
            let Some((right, misspelt)) = kind.of(&product.name, &wrong, &mut random) else {
                continue;
            };
            tried += 1;
            let meant = engine.shown(&right, DEPTH)?;
            let found = engine.shown(&misspelt, DEPTH)?;
            let is_itself = found.contains(&product.id.to_string());
            let same = meant.iter().filter(|id| found.contains(id)).count();
            itself += usize::from(is_itself);
            there += usize::from(is_itself || same > 0);
            like += usize::from(same * 2 >= meant.len());
            if !is_itself && same == 0 {
                missed.insert(misspelt, right);
            }
        }
        let share = |count: usize| count as f64 / tried.max(1) as f64;
        println!(
            "  {}: {tried} tried, found {:.3}, the product itself {:.3}, at least half of the first \
             {DEPTH} the same {:.3}",
            kind.what,
            share(there),
            share(itself),
            share(like),
        );
        for (misspelt, right) in missed.iter().take(5) {
            println!("    missed: {misspelt} ({right})");
        }
    }
    Ok(())
}

impl Spoilt {
    /// A text of a name, and the same misspelt; none where the name has too few words that people
    /// misspell.
    fn of(
        &self,
        name: &str,
        wrong: &HashMap<&str, Vec<&str>>,
        random: &mut fastrand::Rng,
    ) -> Option<(String, String)> {
        let name = name.to_lowercase();
        let all: Vec<_> = name.split_whitespace().collect();
        let places: Vec<_> = (0..all.len())
            .filter(|place| all.get(*place).is_some_and(|word| wrong.contains_key(word)))
            .collect();
        let middle = random.choice(&places)?;
        let from = middle.saturating_sub(self.words / 2);
        let right: Vec<_> = all.iter().skip(from).take(self.words).copied().collect();
        let mut within: Vec<_> = places
            .iter()
            .filter_map(|place| place.checked_sub(from))
            .filter(|place| *place < right.len())
            .collect();
        // A text of some words is no text of one.
        if within.len() < self.wrong || right.len() < self.words.min(2) {
            return None;
        }
        random.shuffle(&mut within);
        let mut misspelt = right.clone();
        for place in within.into_iter().take(self.wrong) {
            let word = misspelt.get_mut(place)?;
            *word = random.choice(wrong.get(*word)?)?;
        }
        Some((right.join(" "), misspelt.join(" ")))
    }
}
