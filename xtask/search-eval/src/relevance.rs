//! How well what is found fits what people judged.

use std::collections::BTreeMap;

use anyhow::Result;
use kernel::ProductId;
use search::engine::asked::Asked;
use serde_json::{Value, json};

use crate::catalogue::{Catalogue, Judgments};
use crate::engine::Engine;

/// How deep rankings are looked at.
const DEPTH: usize = 10;
/// How deep recall is looked at.
const RECALL_DEPTH: usize = 100;
/// Ratings from here on count as relevant where a yes or no is wanted.
const RELEVANT: u32 = 2;
/// How often queries are drawn anew for an interval.
const DRAWS: usize = 2_000;

/// A way to search.
pub struct Ranking {
    /// What it is called.
    pub name: String,
    /// What it found for each query, by the file's ids.
    found: BTreeMap<String, Vec<String>>,
}

/// A number for each query that has something to find.
struct Figures(Vec<(String, f64)>);

impl Ranking {
    /// The service's own.
    ///
    /// # Errors
    /// The engine's.
    pub fn ours(engine: &Engine, catalogue: &Catalogue, judgments: &Judgments) -> Result<Self> {
        let mut found = BTreeMap::new();
        for query in judgments.keys() {
            let asked = Asked {
                text: query.clone(),
                size: RECALL_DEPTH,
                ..Asked::default()
            };
            let (answer, _) = engine.find(&asked)?;
            let ids = answer
                .products
                .iter()
                .filter_map(|product| product["id"].as_str());
            found.insert(query.clone(), of_file(catalogue, ids));
        }
        let name = "search".to_owned();
        Ok(Self { name, found })
    }

    /// The ones to compare with.
    ///
    /// # Errors
    /// The engine's.
    pub fn baselines(
        engine: &Engine,
        catalogue: &Catalogue,
        judgments: &Judgments,
    ) -> Result<Vec<Self>> {
        type Query = fn(&str) -> Value;
        let baselines: [(&str, Query); 2] = [
            (
                "BM25 over name and description",
                |text| json!({ "multi_match": { "query": text, "fields": ["name", "description"] } }),
            ),
            ("all fields, every word, phrase boost", |text| {
                json!({ "bool": {
                    "must": [{ "multi_match": {
                        "query": text, "type": "cross_fields", "operator": "and",
                        "fields": ["name^3", "description^2", "brand^3", "facts"],
                    } }],
                    "should": [{ "match_phrase": { "name": { "query": text, "boost": 2 } } }],
                } })
            }),
        ];
        let ranked = baselines.into_iter().map(|(name, query)| {
            let mut found = BTreeMap::new();
            for text in judgments.keys() {
                let ids = engine.raw(&query(text), RECALL_DEPTH)?;
                found.insert(
                    text.clone(),
                    of_file(catalogue, ids.iter().map(String::as_str)),
                );
            }
            let name = name.to_owned();
            Ok(Self { name, found })
        });
        ranked.collect()
    }

    /// Prints the figures, those of the first ranking query by query.
    pub fn report(rankings: &[Self], judgments: &Judgments) {
        println!(
            "\n{:<38} nDCG@10  95 %         even  odd   judged MRR   recall@100 none",
            ""
        );
        for ranking in rankings {
            let gain = ranking.figures(judgments, ndcg);
            let judged = ranking.figures(judgments, |found, judged| {
                let known: Vec<_> = found
                    .iter()
                    .filter(|id| judged.contains_key(*id))
                    .cloned()
                    .collect();
                ndcg(&known, judged)
            });
            let first = ranking.figures(judgments, reciprocal_rank);
            let recall = ranking.figures(judgments, recall);
            let none = ranking
                .found
                .values()
                .filter(|found| found.is_empty())
                .count();
            let (low, high) = gain.interval();
            let (even, odd) = gain.halves();
            println!(
                "{:<38} {:.4}   {low:.3}–{high:.3}  {even:.3} {odd:.3} {:.3}  {:.3} {:.3}      {:.1} %",
                ranking.name,
                gain.mean(),
                judged.mean(),
                first.mean(),
                recall.mean(),
                100.0 * none as f64 / ranking.found.len().max(1) as f64,
            );
        }
        println!(
            "\nOf {} queries {} have something to find. Gains are 2^rating − 1; what nobody judged \
             counts as irrelevant, but for \"judged\", which leaves it out. Even and odd are every \
             other query. Recall is of ratings from {RELEVANT}.",
            judgments.len(),
            judgments
                .values()
                .filter(|judged| ideal(judged) > 0.0)
                .count(),
        );
        let Some(ours) = rankings.first() else { return };
        let mut losses = ours.figures(judgments, ndcg).0;
        losses.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        println!("\nWhat is lost, query by query (– is unjudged):");
        for (query, gain) in losses.iter().filter(|(_, gain)| *gain < 0.995) {
            let judged = judgments.get(query);
            let marks = ours.found.get(query).into_iter().flatten().take(DEPTH);
            let marks: String = marks
                .map(|id| judged.and_then(|judged| judged.get(id)))
                .map(|rating| rating.map_or("–".to_owned(), ToString::to_string))
                .collect();
            println!("  {:.3}  {query:<26} {marks}", 1.0 - gain);
        }
    }

    /// The mean of what is gained in the first ten.
    pub fn gained(&self, judgments: &Judgments) -> f64 {
        self.figures(judgments, ndcg).mean()
    }

    fn figures(
        &self,
        judgments: &Judgments,
        figure: impl Fn(&[String], &BTreeMap<String, u32>) -> f64,
    ) -> Figures {
        let with_something = judgments.iter().filter(|(_, judged)| ideal(judged) > 0.0);
        let figures = with_something.map(|(query, judged)| {
            let found = self.found.get(query).map_or(&[][..], Vec::as_slice);
            (query.clone(), figure(found, judged))
        });
        Figures(figures.collect())
    }
}

impl Figures {
    fn mean(&self) -> f64 {
        mean(self.0.iter().map(|(_, figure)| *figure))
    }

    fn halves(&self) -> (f64, f64) {
        let half = |rest: usize| {
            let of = self
                .0
                .iter()
                .enumerate()
                .filter(move |(place, _)| place % 2 == rest);
            mean(of.map(|(_, (_, figure))| *figure))
        };
        (half(0), half(1))
    }

    /// Between which means 95 of 100 draws of as many queries lie.
    fn interval(&self) -> (f64, f64) {
        let mut random = fastrand::Rng::with_seed(7);
        let mut means: Vec<_> = (0..DRAWS)
            .map(|_| {
                mean(
                    (0..self.0.len())
                        .filter_map(|_| random.choice(&self.0))
                        .map(|(_, f)| *f),
                )
            })
            .collect();
        means.sort_by(f64::total_cmp);
        let at = |share: f64| {
            means
                .get((share * DRAWS as f64) as usize)
                .copied()
                .unwrap_or(0.0)
        };
        (at(0.025), at(0.975))
    }
}

fn of_file<'a>(catalogue: &Catalogue, ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    ids.filter_map(|id| catalogue.ids.get(&ProductId::parse(id).ok()?))
        .cloned()
        .collect()
}

fn mean(figures: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = figures.fold((0.0, 0_u32), |(sum, count), figure| {
        (sum + figure, count + 1)
    });
    if count == 0 {
        0.0
    } else {
        sum / f64::from(count)
    }
}

fn gain(ratings: impl Iterator<Item = u32>) -> f64 {
    ratings
        .take(DEPTH)
        .enumerate()
        .map(|(place, rating)| (f64::from(rating).exp2() - 1.0) / (place as f64 + 2.0).log2())
        .sum()
}

fn ideal(judged: &BTreeMap<String, u32>) -> f64 {
    let mut ratings: Vec<_> = judged.values().copied().collect();
    ratings.sort_unstable_by(|a, b| b.cmp(a));
    gain(ratings.into_iter())
}

fn ndcg(found: &[String], judged: &BTreeMap<String, u32>) -> f64 {
    let ratings = found.iter().map(|id| judged.get(id).copied().unwrap_or(0));
    gain(ratings) / ideal(judged)
}

fn reciprocal_rank(found: &[String], judged: &BTreeMap<String, u32>) -> f64 {
    let is_relevant = |id: &String| judged.get(id).is_some_and(|rating| *rating >= RELEVANT);
    let first = found.iter().take(DEPTH).position(is_relevant);
    first.map_or(0.0, |place| 1.0 / (place as f64 + 1.0))
}

fn recall(found: &[String], judged: &BTreeMap<String, u32>) -> f64 {
    let relevant: Vec<_> = judged
        .iter()
        .filter(|(_, rating)| **rating >= RELEVANT)
        .collect();
    if relevant.is_empty() {
        return 1.0;
    }
    let there = relevant.iter().filter(|(id, _)| found.contains(id)).count();
    there as f64 / relevant.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(ratings: &[(&str, u32)]) -> BTreeMap<String, u32> {
        ratings
            .iter()
            .map(|(id, rating)| ((*id).to_owned(), *rating))
            .collect()
    }

    fn found(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn the_best_order_gains_one_and_what_is_unjudged_nothing() {
        let judged = judged(&[("a", 3), ("b", 1), ("c", 0)]);
        assert!((ndcg(&found(&["a", "b", "c"]), &judged) - 1.0).abs() < 1e-9);
        assert!(ndcg(&found(&["b", "a"]), &judged) < 1.0);
        assert_eq!(ndcg(&found(&["x", "y"]), &judged), 0.0);
        assert_eq!(reciprocal_rank(&found(&["x", "a"]), &judged), 0.5);
        assert_eq!(recall(&found(&["x", "a"]), &judged), 1.0);
    }
}
