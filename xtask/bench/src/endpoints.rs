//! Every function of the manifest: start, requests, memory, size.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::cold::MIB;
use crate::elsewhere::Elsewhere;
use crate::process::{Process, Program, Variables};
use crate::recorder::Recorder;
use crate::requests;
use crate::setting::{PRODUCTS, Setting, table_name};
use crate::statistics::{Sample, rounded};
use crate::warm;

/// How often a function is started and how many requests it gets.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Starts.
    pub starts: usize,
    /// Requests before any is counted.
    pub warm_up: usize,
    /// Requests that are counted.
    pub requests: usize,
}

/// Measures every function, in the order of the manifest: what one makes, another removes.
pub fn run(
    setting: &Setting,
    catalogue: &Catalogue,
    recorder: &Recorder,
    effort: Effort,
) -> Result<Value> {
    let elsewhere = Elsewhere::open()?;
    let mut asked = requests::Requests::to(setting, catalogue);
    let functions = setting.manifest()?["functions"].clone();
    let functions = functions.as_array().context("no functions")?;
    let mut rows = Vec::new();
    for function in functions {
        let name = function["name"].as_str().context("a function's name")?;
        let variables = variables(setting, function, recorder, &elsewhere);
        let measured = measure(
            setting, name, &variables, &mut asked, recorder, &elsewhere, effort,
        );
        match measured {
            Ok(mut row) => {
                row["memoryMb"] = function["memoryMb"].clone();
                rows.push(row);
            }
            // Most often a new function whose sample needs something that is not there:
            // `requests.rs` is where it is made.
            Err(error) => eprintln!("  {name} is left out: {error:#}"),
        }
    }
    Ok(rows.into())
}

fn measure(
    setting: &Setting,
    name: &str,
    variables: &Variables,
    asked: &mut requests::Requests<'_>,
    recorder: &Recorder,
    elsewhere: &Elsewhere,
    effort: Effort,
) -> Result<Value> {
    let binary = setting.binary(name);
    let program = Program::of(&binary);
    let mut cold = Sample::default();
    for _ in 0..effort.starts {
        let event = asked.event(name)?.to_string();
        let (mut process, start) = Process::start(&program, variables)?;
        let answer = process.ask(&event)?;
        asked.answered(name, &answer.body)?;
        cold.add_time(start.ready + (answer.to - answer.from));
    }
    let (mut process, _) = Process::start(&program, variables)?;
    for _ in 0..effort.warm_up {
        let event = asked.event(name)?.to_string();
        asked.answered(name, &process.ask(&event)?.body)?;
    }
    let mut sum = warm::Requests::default();
    recorder.take();
    elsewhere.take();
    let before = process.cpu()?;
    for _ in 0..effort.requests {
        let event = asked.event(name)?.to_string();
        let answer = process.ask(&event)?;
        sum.add(&answer, &recorder.take());
        asked.answered(name, &answer.body)?;
    }
    sum.took(process.cpu()? - before);
    let figures = sum.figures();
    let split = |part: &Value| json!({ "p50": part["p50Ms"], "p99": part["p99Ms"] });
    Ok(json!({
        "function": name,
        "coldMs": rounded(cold.median()),
        "warmMs": split(&figures),
        "oursMs": split(&figures["ours"]),
        "cpuMs": figures["cpuMs"],
        "peakMb": rounded(process.peak()? as f64 / MIB),
        "calls": figures["calls"],
        "readUnits": figures["readUnits"],
        "writeUnits": figures["writeUnits"],
        "otherCalls": rounded(elsewhere.take() as f64 / effort.requests as f64),
        "zipBytes": zipped(&binary)?,
    }))
}

/// What a function is deployed with: what follows from its grants, and no more.
fn variables(
    setting: &Setting,
    function: &Value,
    recorder: &Recorder,
    elsewhere: &Elsewhere,
) -> Variables {
    let name = function["name"].as_str().unwrap_or_default();
    let mut variables = setting.variables(name, &recorder.endpoint(), PRODUCTS);
    let base = elsewhere.endpoint();
    variables.push(("AWS_ENDPOINT_URL".to_owned(), base.clone()));
    let declared = function["env"].as_object();
    for (variable, origin) in declared.into_iter().flatten() {
        let value = match origin {
            _ if variable == "OPENSEARCH_ENDPOINT" => base.clone(),
            origin if origin["table"].is_string() => {
                table_name(origin["table"].as_str().unwrap_or_default())
            }
            origin if origin["bucket"].is_string() => "bench-transfers".to_owned(),
            origin if origin["queue"].is_string() => format!("{base}/000000000000/queue"),
            origin if origin["topic"].is_string() => {
                "arn:aws:sns:us-east-1:000000000000:bench".to_owned()
            }
            _ => continue,
        };
        variables.push((variable.clone(), value));
    }
    variables
}

/// How many bytes a function's zip has: its binary, deflated, and what an archive puts around it.
pub fn zipped(binary: &Path) -> Result<usize> {
    const AROUND: usize = 30 + 46 + 22 + 2 * "bootstrap".len();
    let bytes = std::fs::read(binary).with_context(|| format!("{}", binary.display()))?;
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    deflated.write_all(&bytes)?;
    Ok(deflated.finish()?.len() + AROUND)
}

/// The zips' sizes together.
pub fn sizes(rows: &Value) -> Value {
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    let mut sizes = Sample::default();
    for row in rows {
        sizes.add(row["zipBytes"].as_f64().unwrap_or(f64::NAN));
    }
    let largest = rows
        .iter()
        .max_by_key(|row| row["zipBytes"].as_u64())
        .map(|row| row["function"].clone());
    json!({
        "medianBytes": sizes.median(),
        "p90Bytes": sizes.percentile(90.0),
        "largestBytes": sizes.largest(),
        "largest": largest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_functions_that_are_there() {
        let row = |name: &str, bytes: u64| json!({ "function": name, "zipBytes": bytes });
        let rows = json!([row("a", 10), row("b", 30), row("c", 20)]);
        assert_eq!(
            sizes(&rows),
            json!({
                "medianBytes": 20.0, "p90Bytes": 30.0, "largestBytes": 30.0, "largest": "b",
            })
        );
    }
}
