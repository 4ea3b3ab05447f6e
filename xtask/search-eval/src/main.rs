//! `cargo xtask search-eval`: how well search finds, counts and how quickly, on a judged catalogue.
//!
//! It fills an index of a search engine with the catalogue as the service would, asks what the
//! service asks, and prints figures: relevance against judgments and beside named baselines, numbers
//! that must come first, misspelt words, facets against counting, and times.

mod catalogue;
mod engine;
mod exactness;
mod misspelt;
mod relevance;
mod speed;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use lexopt::prelude::*;

use crate::catalogue::{Catalogue, judgments, misspellings};
use crate::engine::Engine;
use crate::exactness::frequent_words;
use crate::relevance::Ranking;

/// The variable that says where the catalogue is.
const DATA: &str = "ULTRAMARKET_DATA";
/// The least that is gained in the first ten of a judged query, on average.
const FLOOR: f64 = 0.82;

/// What is measured.
const PARTS: [&str; 5] = ["relevance", "numbers", "facets", "times", "misspellings"];

const USAGE: &str = "\
search-eval --engine URL [--data FOLDER] [--misspellings FILE] [--only PART] [--keep]
            [--filled]

  --engine        where the search engine is; an index `search-eval` is made, and removed unless kept
  --data          the folder that holds icecat/ with products.ndjson.gz and judgments.csv, or icecat/
                  itself; $ULTRAMARKET_DATA where it is left out
  --misspellings  a dictionary of lines `wrong->right`
  --only          one part: relevance, numbers, facets, times or misspellings
  --keep          leaves the index there
  --filled        measures one that was left there
";

struct Wanted {
    engine: String,
    data: PathBuf,
    misspellings: Option<PathBuf>,
    only: Option<String>,
    keep: bool,
    filled: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let wanted = parse()?;
    let catalogue = Catalogue::read(&wanted.data)?;
    let judgments = judgments(&wanted.data)?;
    let engine = Engine::at(&wanted.engine);
    let took = if wanted.filled {
        None
    } else {
        Some(engine.fill(&catalogue)?)
    };
    println!(
        "{} products, {} rows refused, indexed in {:.1} s",
        catalogue.products.len(),
        catalogue.refused.len(),
        took.unwrap_or_default().as_secs_f64(),
    );
    for refused in catalogue.refused.iter().take(5) {
        println!("  refused: {refused}");
    }

    let wants = |part: &str| wanted.only.as_deref().is_none_or(|only| only == part);
    let mut gained = None;
    if wants("relevance") {
        let mut rankings = vec![Ranking::ours(&engine, &catalogue, &judgments)?];
        rankings.extend(Ranking::baselines(&engine, &catalogue, &judgments)?);
        Ranking::report(&rankings, &judgments);
        gained = rankings.first().map(|ours| ours.gained(&judgments));
    }
    if wants("numbers") {
        exactness::numbers(&engine, &catalogue, 100)?;
    }
    if wants("facets") {
        exactness::facets(&engine, &catalogue, 200)?;
    }
    if wants("times") {
        println!("\nTimes, on this machine, the engine on it too");
        let texts: Vec<_> = judgments.keys().cloned().collect();
        let words = frequent_words(&catalogue, 500);
        for (clients, each) in [(1, 400), (8, 100)] {
            speed::searches(&engine, &texts, clients, each)?;
            speed::suggestions(&engine, &words, clients, each)?;
        }
    }
    if wants("misspellings")
        && let Some(path) = &wanted.misspellings
    {
        misspelt::words(&engine, &catalogue, &misspellings(path)?, 200)?;
    }
    if !wanted.keep {
        engine.clear();
    }
    if let Some(gained) = gained {
        anyhow::ensure!(gained >= FLOOR, "nDCG@10 is {gained:.4}, below {FLOOR}");
    }
    Ok(())
}

/// A part that there is.
fn part(named: String) -> Result<String> {
    anyhow::ensure!(
        PARTS.contains(&&*named),
        "no part is called {named}\n{USAGE}"
    );
    Ok(named)
}

fn parse() -> Result<Wanted> {
    let (mut engine, mut misspellings) = (None, None);
    let mut data = std::env::var_os(DATA).map(PathBuf::from);
    let (mut only, mut keep, mut filled) = (None, false, false);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("engine") => engine = Some(arguments.value()?.string()?),
            Long("data") => data = Some(PathBuf::from(arguments.value()?)),
            Long("misspellings") => misspellings = Some(PathBuf::from(arguments.value()?)),
            Long("only") => only = Some(part(arguments.value()?.string()?)?),
            Long("keep") => keep = true,
            Long("filled") => filled = true,
            other => return Err(other.unexpected()).context(USAGE),
        }
    }
    Ok(Wanted {
        engine: engine.context(USAGE)?,
        data: catalogue::folder(&data.context(USAGE)?)?,
        misspellings,
        only,
        keep,
        filled,
    })
}
