//! From nothing to an answer: process start, first request, processor time, memory.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::contender::{Contender, MINIMAL};
use crate::process::{Process, Program, Variables};
use crate::recorder::{Recorder, busy};
use crate::setting::{PRODUCTS, Setting};
use crate::share::Share;
use crate::statistics::{Sample, rounded};
use crate::units::Units;

/// How the database is reached, and with how much of the processor.
pub struct Circumstance<'a> {
    /// Its name in the file.
    pub name: &'static str,
    /// The way to the database.
    pub recorder: &'a Recorder,
    /// The share of the processor from the first request on.
    pub share: Option<&'a Share>,
}

impl<'a> Circumstance<'a> {
    /// All of them, without the share where there is none to be had.
    pub fn all(
        plain: &'a Recorder,
        tls: &'a Recorder,
        share: Option<&'a Share>,
    ) -> Vec<Circumstance<'a>> {
        let of = |name, recorder, share| Circumstance {
            name,
            recorder,
            share,
        };
        let mut all = vec![of("plain", plain, None), of("tls", tls, None)];
        all.extend(share.map(|share| of("share", tls, Some(share))));
        all
    }
}

/// What one contender's starts came to.
#[derive(Default)]
pub struct Starts {
    ready: Sample,
    answered: Sample,
    start_cpu: Sample,
    cpu: Sample,
    peak: Sample,
    database: Sample,
    calls: Sample,
    units: Units,
}

/// Starts every contender in every circumstance, one after the other, round after round.
pub fn run(
    setting: &Setting,
    contenders: &[Contender],
    circumstances: &[Circumstance<'_>],
    rounds: usize,
) -> Result<Value> {
    let mut all: BTreeMap<(usize, usize), Starts> = BTreeMap::new();
    for round in 0..=rounds {
        for (which, circumstance) in circumstances.iter().enumerate() {
            for (who, contender) in contenders.iter().enumerate() {
                let mut discarded = Starts::default();
                // The first round finds cold files and caches of the machine.
                let starts = if round == 0 {
                    &mut discarded
                } else {
                    all.entry((which, who)).or_default()
                };
                start(setting, contender, circumstance, starts)
                    .with_context(|| format!("{} {}", circumstance.name, contender.name))?;
            }
        }
    }
    let mut figures = json!({});
    for ((which, who), starts) in &all {
        figures[circumstances[*which].name][&contenders[*who].name] = starts.figures();
    }
    Ok(figures)
}

fn start(
    setting: &Setting,
    contender: &Contender,
    circumstance: &Circumstance<'_>,
    starts: &mut Starts,
) -> Result<()> {
    let endpoint = circumstance.recorder.endpoint();
    let mut variables = setting.variables(&contender.name, &endpoint, PRODUCTS);
    variables.extend(contender.variables.iter().cloned());
    let (program, event) = (&contender.program, &contender.event);
    let (body, calls) = once(program, &variables, event, circumstance, starts)?;
    ensure!(body["statusCode"] == 200, "it answered {body}");
    ensure!(
        !contender.name.starts_with(MINIMAL) || calls == 1,
        "the recorder missed a call"
    );
    Ok(())
}

/// Starts a program and hands it one event: its answer, and the calls that it took.
pub fn once(
    program: &Program,
    variables: &Variables,
    event: &str,
    circumstance: &Circumstance<'_>,
    starts: &mut Starts,
) -> Result<(Value, usize)> {
    let recorder = circumstance.recorder;
    recorder.take();
    let (mut process, start) = Process::start(program, variables)?;
    if let Some(share) = circumstance.share {
        process.hold_to(share)?;
    }
    let answer = process.ask(event)?;
    let calls = recorder.take();
    starts.ready.add_time(start.ready);
    // Between the two the function waited for us.
    starts
        .answered
        .add_time(start.ready + (answer.to - answer.from));
    starts.start_cpu.add_time(start.cpu);
    starts.cpu.add_time(process.cpu()?);
    starts.peak.add(process.peak()? as f64 / MIB);
    starts.database.add_time(busy(&calls));
    starts.calls.add(calls.len() as f64);
    starts.units = calls.iter().map(|call| call.units).sum();
    Ok((serde_json::from_slice(&answer.body)?, calls.len()))
}

/// Bytes in a mebibyte.
pub const MIB: f64 = 1_048_576.0;

impl Starts {
    /// Medians.
    pub fn figures(&self) -> Value {
        json!({
            "readyMs": rounded(self.ready.median()),
            "answeredMs": rounded(self.answered.median()),
            "answeredP90Ms": rounded(self.answered.percentile(90.0)),
            "startCpuMs": rounded(self.start_cpu.median()),
            "cpuMs": rounded(self.cpu.median()),
            "peakMb": rounded(self.peak.median()),
            "databaseMs": rounded(self.database.median()),
            "calls": self.calls.median(),
            "readUnits": self.units.read,
        })
    }
}
