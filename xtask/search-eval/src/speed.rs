//! How quickly searches and suggestions are answered, and by whom the time is spent.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use search::engine::asked::Asked;
use search::engine::suggestions::{self, Known, Spelling};

use crate::engine::{Engine, Took};

/// Searches with so many clients at once, each one search after the other.
///
/// # Errors
/// The engine's.
pub fn searches(engine: &Engine, texts: &[String], clients: usize, each: usize) -> Result<()> {
    let began = Instant::now();
    let took = many(clients, |client| {
        let mut random = fastrand::Rng::with_seed(client as u64 + 19);
        (0..each)
            .map(|_| {
                let text = random.choice(texts).cloned().unwrap_or_default();
                let asked = Asked {
                    text,
                    size: 20,
                    ..Asked::default()
                };
                let started = Instant::now();
                let (_, took) = engine.find(&asked)?;
                Ok((started.elapsed(), took))
            })
            .collect()
    })?;
    print("searches", clients, began.elapsed(), took);
    Ok(())
}

/// Suggests for beginnings of words.
///
/// # Errors
/// The engine's.
pub fn suggestions(engine: &Engine, words: &[String], clients: usize, each: usize) -> Result<()> {
    let began = Instant::now();
    let known = Known {
        queries: &[],
        categories: &[],
    };
    let took = many(clients, |client| {
        let mut random = fastrand::Rng::with_seed(client as u64 + 23);
        (0..each)
            .map(|_| {
                let word = random.choice(words).cloned().unwrap_or_default();
                let typed: String = word
                    .chars()
                    .take(random.usize(1..=word.len().max(1)))
                    .collect();
                let mut took = Took::default();
                let started = Instant::now();
                for spelling in [Spelling::Exact, Spelling::Forgiving] {
                    let requests = suggestions::requests(&typed, 10, spelling);
                    let answers = engine.ask(&requests, &mut took)?;
                    let read = suggestions::read(&typed, 10, spelling, &known, &answers);
                    if !suggestions::is_little(&read) {
                        break;
                    }
                }
                took.ours = started.elapsed().saturating_sub(took.engine);
                Ok((started.elapsed(), took))
            })
            .collect()
    })?;
    print("suggestions", clients, began.elapsed(), took);
    Ok(())
}

type Times = Vec<(Duration, Took)>;

fn many(clients: usize, work: impl Fn(usize) -> Result<Times> + Sync) -> Result<Times> {
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..clients)
            .map(|client| scope.spawn(move || work(client)))
            .collect();
        let mut all = Vec::new();
        for thread in threads {
            let times = thread.join().ok().context("a client ended early")??;
            all.extend(times);
        }
        Ok(all)
    })
}

fn print(what: &str, clients: usize, took: Duration, mut times: Times) {
    times.sort_by_key(|(whole, _)| *whole);
    let at = |share: f64| {
        let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times
            .get(place)
            .map_or(0.0, |(whole, _)| whole.as_secs_f64() * 1e3)
    };
    let sum = |of: fn(&Took) -> Duration| -> f64 {
        times
            .iter()
            .map(|(_, took)| of(took).as_secs_f64() * 1e3)
            .sum()
    };
    let count = times.len().max(1) as f64;
    let requests: u32 = times.iter().map(|(_, took)| took.requests).sum();
    println!(
        "  {what}, {clients} at once: {:.0} a second, p50 {:.1} ms, p99 {:.1} ms; of a mean of {:.2} \
         requests {:.2} ms are the engine's and {:.2} ms ours",
        count / took.as_secs_f64(),
        at(0.5),
        at(0.99),
        f64::from(requests) / count,
        sum(|took| took.engine) / count,
        sum(|took| took.ours) / count,
    );
}
