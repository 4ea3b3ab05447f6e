//! What the functions cost: `cargo xtask bench`. `docs/bench/README.md` says what is measured, and how.

mod binaries;
mod catalogue;
mod chart;
mod checkout;
mod cold;
mod contender;
mod database;
mod elsewhere;
mod endpoints;
mod growth;
mod hot_sku;
mod limits;
mod old_orders;
mod paying;
mod paying_starts;
mod process;
mod recorder;
mod report;
mod requests;
mod runtime;
mod screen;
mod setting;
mod share;
mod shelf;
mod statistics;
mod stock;
mod stripe;
mod target;
mod tls;
mod units;
mod warm;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lexopt::prelude::*;
use testkit::Signer;

use crate::catalogue::Catalogue;
use crate::cold::Circumstance;
use crate::database::Database;
use crate::endpoints::Effort;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::setting::Setting;
use crate::share::Share;
use crate::tls::Tls;

/// The memory of the functions that are compared.
const MEMORY_MB: u64 = 256;
/// What is measured unless one part is asked for. Growth takes long, and changes seldom.
const USUAL: [&str; 3] = ["cold", "warm", "endpoints"];

/// What is measured when it is asked for alone. All but the first have files of their own.
const UNUSUAL: [&str; 4] = ["growth", HOT_SKU, CHECKOUT, PAYMENTS];
const HOT_SKU: &str = "hot-sku";
const CHECKOUT: &str = "checkout";
const PAYMENTS: &str = "payments";

/// What is asked for.
struct Wanted {
    parts: Vec<String>,
    rounds: usize,
    quick: bool,
    beside: Vec<(String, PathBuf)>,
    /// Nothing but what cargo has to be told first.
    needs: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let (paths, wanted) = parse()?;
    if wanted.needs {
        for argument in binaries::arguments(&paths.root, &wanted.parts)? {
            println!("{argument}");
        }
        return Ok(());
    }
    let setting = paths.prepare()?;
    match wanted.parts.as_slice() {
        [part] if part == CHECKOUT => return buy(&setting, wanted.quick),
        [part] if part == HOT_SKU => return rush(&setting, wanted.quick),
        [part] if part == PAYMENTS => return pay(&setting, &wanted),
        _ => {}
    }
    let mut report = Report::begin(&setting)?;
    let mut shop = None;
    for part in &wanted.parts {
        eprintln!("▸ {part}");
        let began = Instant::now();
        let figures = if part == "growth" {
            let (sizes, requests) = if wanted.quick {
                (&growth::SIZES[..1], 20)
            } else {
                (&growth::SIZES[..], 100)
            };
            growth::run(&setting, sizes, requests)?
        } else {
            let shop = match &mut shop {
                Some(shop) => shop,
                none => none.insert(Shop::open(&setting)?),
            };
            shop.measure(&setting, part, &wanted)?
        };
        report.take(part, figures);
        eprintln!("  {:.0} s", began.elapsed().as_secs_f64());
    }
    for part in &wanted.parts {
        screen::show(part, report.figures());
    }
    screen::targets(report.figures());
    let moved = report.moved();
    if !moved.is_empty() {
        println!("\nMoved by more than a tenth since the run before:\n");
        for line in moved {
            println!("  {line}");
        }
    }
    // What is measured beside is an experiment, and no figure of the repository's.
    if !wanted.quick && wanted.beside.is_empty() {
        report.keep(&setting)?;
        if wanted.parts.iter().any(|part| part == "cold") {
            let drawing = setting.root.join("docs/bench/cold.svg");
            chart::draw(&report.figures()["cold"], &drawing)?;
        }
    }
    Ok(())
}

/// Measures the checkout.
fn buy(setting: &Setting, quick: bool) -> Result<()> {
    let (cases, times) = if quick {
        (&checkout::CASES[..1], 1)
    } else {
        (&checkout::CASES[..], 5)
    };
    let figures = checkout::run(setting, cases, times)?;
    screen::checkout(&figures);
    if !quick {
        report::write(setting, checkout::FILE, &figures)?;
    }
    Ok(())
}

/// Measures a SKU that everybody wants.
fn rush(setting: &Setting, quick: bool) -> Result<()> {
    let seconds = if quick { 4 } else { 30 };
    let figures = hot_sku::run(setting, Duration::from_secs(seconds))?;
    screen::hot_sku(&figures);
    if !quick {
        report::write(setting, hot_sku::FILE, &figures)?;
    }
    Ok(())
}

/// Measures payments.
fn pay(setting: &Setting, wanted: &Wanted) -> Result<()> {
    let times = if wanted.quick { 1 } else { 5 };
    let figures = paying::run(setting, times, wanted.rounds)?;
    screen::paying(&figures);
    if !wanted.quick {
        report::write(setting, paying::FILE, &figures)?;
    }
    Ok(())
}

/// A small catalogue, and two ways to it.
struct Shop {
    catalogue: Catalogue,
    plain: Recorder,
    tls: Recorder,
    // What the recorders speak to.
    _database: Database,
}

impl Shop {
    fn open(setting: &Setting) -> Result<Self> {
        let database = Database::start(&setting.database, None)?;
        units::check(&database)?;
        setting.make_tables(&database)?;
        let plain = Recorder::open(database.address(), None)?;
        let encrypted = Arc::clone(&setting.tls.server);
        let tls = Recorder::open(database.address(), Some(encrypted))?;
        let catalogue = Catalogue::make(setting, &database, &plain.endpoint())?;
        let sample = setting.event(contender::OURS)?;
        let id = sample["pathParameters"]["id"].as_str();
        catalogue.put_copy(&database, id.context("a sample without an id")?.parse()?)?;
        Ok(Self {
            catalogue,
            plain,
            tls,
            _database: database,
        })
    }

    fn measure(&self, setting: &Setting, part: &str, wanted: &Wanted) -> Result<serde_json::Value> {
        let quick = wanted.quick;
        match part {
            "cold" => {
                let contenders = contender::all(setting, &wanted.beside)?;
                let share = Share::of(MEMORY_MB);
                if let Err(error) = &share {
                    eprintln!("  without the processor's share: {error:#}");
                }
                let share = share.ok();
                let circumstances = Circumstance::all(&self.plain, &self.tls, share.as_ref());
                cold::run(setting, &contenders, &circumstances, wanted.rounds)
            }
            "warm" => {
                let contenders = contender::all(setting, &wanted.beside)?;
                let requests = if quick { 100 } else { 2_000 };
                warm::run(setting, &contenders, &self.plain, requests)
            }
            "endpoints" => {
                let effort = if quick {
                    Effort {
                        starts: 1,
                        warm_up: 1,
                        requests: 5,
                    }
                } else {
                    Effort {
                        starts: 7,
                        warm_up: 30,
                        requests: 100,
                    }
                };
                endpoints::run(setting, &self.catalogue, &self.plain, effort)
            }
            other => bail!("there is no part `{other}`"),
        }
    }
}

/// Where `cargo xtask bench` has put things.
#[derive(Default)]
struct Paths {
    root: PathBuf,
    binaries: PathBuf,
    express: PathBuf,
    database: PathBuf,
    python: PathBuf,
    scratch: PathBuf,
}

impl Paths {
    fn prepare(self) -> Result<Setting> {
        std::fs::create_dir_all(&self.scratch)?;
        Ok(Setting {
            tls: Tls::make(&self.scratch)?,
            signer: Signer::new(),
            root: self.root,
            binaries: self.binaries,
            express: self.express,
            database: self.database,
            python: self.python,
            scratch: self.scratch,
        })
    }
}

fn parse() -> Result<(Paths, Wanted)> {
    let mut arguments = lexopt::Parser::from_env();
    let mut paths = Paths::default();
    let mut wanted = Wanted {
        parts: USUAL.map(str::to_owned).to_vec(),
        rounds: 0,
        quick: false,
        beside: Vec::new(),
        needs: false,
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("root") => paths.root = arguments.value()?.into(),
            Long("binaries") => paths.binaries = arguments.value()?.into(),
            Long("express") => paths.express = arguments.value()?.into(),
            Long("python") => paths.python = arguments.value()?.into(),
            Long("database") => paths.database = arguments.value()?.into(),
            Long("scratch") => paths.scratch = arguments.value()?.into(),
            Long("only") => wanted.parts = vec![arguments.value()?.string()?],
            Long("rounds") => wanted.rounds = arguments.value()?.parse()?,
            Long("quick") => wanted.quick = true,
            Long("needs") => wanted.needs = true,
            Long("beside") => {
                let text = arguments.value()?.string()?;
                let (label, binary) = text
                    .split_once('=')
                    .context("--beside <label>=<binary of products-get>")?;
                wanted.beside.push((label.to_owned(), binary.into()));
            }
            other => return Err(other.unexpected().into()),
        }
    }
    for part in &wanted.parts {
        let known = USUAL.contains(&part.as_str()) || UNUSUAL.contains(&part.as_str());
        ensure!(
            known,
            "there is no part `{part}`: {USUAL:?} and {UNUSUAL:?} are"
        );
    }
    if wanted.rounds == 0 {
        wanted.rounds = if wanted.quick { 3 } else { 21 };
    }
    Ok((paths, wanted))
}
