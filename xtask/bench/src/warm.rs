//! Request after request: latency, of which some is the database's, and processor time.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::cold::MIB;
use crate::contender::Contender;
use crate::process::Process;
use crate::recorder::{Call, Recorder, busy};
use crate::runtime::Answer;
use crate::setting::{PRODUCTS, Setting};
use crate::statistics::{Sample, rounded};
use crate::units::Units;

/// Requests that a function has answered before it is measured: a just-in-time compiler needs some.
const WARM_UP: usize = 300;
/// Requests in a row before it is another contender's turn.
const TURN: usize = 50;

/// What requests came to.
#[derive(Default)]
pub struct Requests {
    whole: Sample,
    ours: Sample,
    database: Sample,
    cpu: Duration,
    count: usize,
    calls: usize,
    units: Units,
}

impl Requests {
    /// One more request, with the calls that it made.
    pub fn add(&mut self, answer: &Answer, calls: &[Call]) {
        let (whole, database) = (answer.to - answer.from, busy(calls));
        self.whole.add_time(whole);
        self.database.add_time(database);
        self.ours.add_time(whole.saturating_sub(database));
        self.count += 1;
        self.calls += calls.len();
        self.units = [self.units, calls.iter().map(|call| call.units).sum()]
            .into_iter()
            .sum();
    }

    /// The processor time of all of them together.
    pub fn took(&mut self, cpu: Duration) {
        self.cpu += cpu;
    }

    /// As the file has them, with names for the time that is the function's own.
    pub fn figures(&self) -> Value {
        let each = |total: f64| rounded(total / self.count as f64);
        let split = |sample: &Sample| json!({ "p50Ms": rounded(sample.median()), "p99Ms": rounded(sample.percentile(99.0)) });
        json!({
            "p50Ms": rounded(self.whole.median()),
            "p99Ms": rounded(self.whole.percentile(99.0)),
            "ours": split(&self.ours),
            "database": split(&self.database),
            "cpuMs": each(self.cpu.as_secs_f64() * 1e3),
            "calls": each(self.calls as f64),
            "readUnits": each(self.units.read),
            "writeUnits": each(self.units.write),
        })
    }
}

/// Has every contender answer requests, some at a time, in turn.
pub fn run(
    setting: &Setting,
    contenders: &[Contender],
    recorder: &Recorder,
    requests: usize,
) -> Result<Value> {
    let mut running = Vec::new();
    for contender in contenders {
        let mut variables = setting.variables(&contender.name, &recorder.endpoint(), PRODUCTS);
        variables.extend(contender.variables.iter().cloned());
        let (mut process, _) = Process::start(&contender.program, &variables)?;
        for _ in 0..WARM_UP {
            let answer = process.ask(&contender.event)?;
            let body: Value = serde_json::from_slice(&answer.body)?;
            ensure!(body["statusCode"] == 200, "{}: {body}", contender.name);
        }
        running.push((contender, process, Requests::default()));
    }
    recorder.take();
    for _ in 0..requests.div_ceil(TURN) {
        for (contender, process, sum) in &mut running {
            let before = process.cpu()?;
            for _ in 0..TURN {
                let answer = process
                    .ask(&contender.event)
                    .with_context(|| contender.name.clone())?;
                sum.add(&answer, &recorder.take());
            }
            sum.took(process.cpu()? - before);
        }
    }
    let mut figures = json!({});
    for (contender, process, sum) in &running {
        let mut own = sum.figures();
        own["peakMb"] = json!(rounded(process.peak()? as f64 / MIB));
        figures[&contender.name] = own;
    }
    Ok(figures)
}
