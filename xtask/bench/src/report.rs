//! The figures as a file, as tables, and beside those of the run before.

use anyhow::{Context, Result};
use kernel::{Clock, SystemClock};
use serde_json::{Map, Value, json};

use crate::contender::BARE;
use crate::setting::Setting;
use crate::{endpoints, target};

/// The figures so far: those of this run, and of an earlier one for the parts that it left out.
pub struct Report {
    figures: Value,
    before: Value,
    taken: Vec<String>,
}

impl Report {
    /// Begins with what the latest run left.
    pub fn begin(setting: &Setting) -> Result<Self> {
        let before = setting.read(LATEST).unwrap_or_else(|_| json!({}));
        let mut figures = before.clone();
        figures["date"] = json!(now());
        figures["machine"] = machine();
        figures["profile"] = profile(setting)?;
        Ok(Self {
            figures,
            before,
            taken: Vec::new(),
        })
    }

    /// Takes the figures of a part, which are an object or a list.
    pub fn take(&mut self, part: &str, mut figures: Value) {
        match part {
            "growth" => figures = json!({ "date": now(), "rows": figures }),
            "endpoints" => self.figures["sizes"] = endpoints::sizes(&figures),
            _ => figures["date"] = json!(now()),
        }
        self.figures[part] = figures;
        self.taken.push(part.to_owned());
        self.figures["targets"] = target::judge(&self.figures).into();
    }

    /// All figures.
    pub fn figures(&self) -> &Value {
        &self.figures
    }

    /// Writes them, and once more under their date.
    pub fn keep(&self, setting: &Setting) -> Result<()> {
        let date = self.figures["date"].as_str().unwrap_or_default();
        let named = format!("docs/bench/history/{}.json", date.replace(':', ""));
        for path in [LATEST, &named] {
            write(setting, path, &self.figures)?;
        }
        Ok(())
    }

    /// What has moved since the run before, of the parts that this run has measured.
    pub fn moved(&self) -> Vec<String> {
        moved(&self.before, &self.figures, &self.taken)
    }
}

/// Writes figures to a file of the repository.
pub fn write(setting: &Setting, path: &str, figures: &Value) -> Result<()> {
    let path = setting.root.join(path);
    std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
    let text = serde_json::to_string_pretty(figures)? + "\n";
    std::fs::write(&path, text).with_context(|| format!("{}", path.display()))
}

/// The file with the latest figures.
pub const LATEST: &str = "docs/bench/latest.json";
/// What counts as having moved.
const TENTH: f64 = 0.1;

/// The figures that are another by more than a tenth. Times are compared as ratios to the bare
/// function's of the same run, so that another machine is no regression.
fn moved(before: &Value, now: &Value, parts: &[String]) -> Vec<String> {
    let of = |report: &Value| -> Map<String, Value> {
        let parts = parts.iter().map(|part| comparable(report, part));
        parts.flatten().collect()
    };
    let (before, now) = (of(before), of(now));
    let both = before
        .iter()
        .filter_map(|(name, before)| Some((name, before.as_f64()?, now.get(name)?.as_f64()?)));
    both.filter(|(_, before, now)| (now - before).abs() > TENTH * before.abs())
        .map(|(name, before, now)| format!("{name}: {before:.2} → {now:.2}"))
        .collect()
}

/// Figures of a part by their names, such as may be compared with another report's.
fn comparable(report: &Value, part: &str) -> Map<String, Value> {
    let mut all = Map::new();
    let mut related = |name: String, value: &Value, bare: &Value| {
        if let (Some(value), Some(bare)) = (value.as_f64(), bare.as_f64()) {
            all.insert(name, json!(value / bare));
        }
    };
    let one = json!(1);
    let warm = &report["warm"][BARE];
    let rows = |list: &Value| list.as_array().cloned().unwrap_or_default();
    match part {
        "cold" => {
            for how in ["plain", "tls", "share"] {
                let contenders = &report["cold"][how];
                let bare = &contenders[BARE];
                for (who, figures) in contenders.as_object().into_iter().flatten() {
                    for figure in ["answeredMs", "startCpuMs", "cpuMs", "peakMb"] {
                        let name = format!("cold, {how}, {who}: {figure}");
                        related(name, &figures[figure], &bare[figure]);
                    }
                }
            }
        }
        "warm" => {
            for (who, figures) in report["warm"].as_object().into_iter().flatten() {
                for figure in ["cpuMs", "peakMb"] {
                    let name = format!("warm, {who}: {figure}");
                    related(name, &figures[figure], &warm[figure]);
                }
            }
        }
        "endpoints" => {
            for row in rows(&report["endpoints"]) {
                let who = row["function"].as_str().unwrap_or_default();
                for figure in ["cpuMs", "peakMb"] {
                    related(format!("{who}: {figure}"), &row[figure], &warm[figure]);
                }
                for figure in ["calls", "readUnits", "writeUnits", "zipBytes"] {
                    related(format!("{who}: {figure}"), &row[figure], &one);
                }
            }
        }
        _ => {
            for row in rows(&report["growth"]["rows"]) {
                for figure in ["calls", "readUnits"] {
                    let (who, case) = (&row["function"], &row["case"]);
                    let name = format!("{who}, {case}, {}: {figure}", row["products"]);
                    related(name.replace('"', ""), &row[figure], &one);
                }
            }
        }
    }
    all
}

/// The time, to the second.
pub fn now() -> String {
    let now = SystemClock.now().to_string();
    format!("{}Z", now.get(..19).unwrap_or(&now))
}

/// What the figures were measured on.
pub fn machine() -> Value {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let said = |program: &str| {
        let said = std::process::Command::new(program)
            .arg("--version")
            .output();
        let said = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
        said.unwrap_or_default()
    };
    let processors = read("/proc/cpuinfo");
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map(|rest| rest.trim_start_matches([' ', '\t', ':']).to_owned());
    json!({
        "processor": model,
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "system": format!("{} {}", std::env::consts::OS, read("/proc/sys/kernel/osrelease").trim()),
        "architecture": std::env::consts::ARCH,
        "rustc": said("rustc"),
        "node": said("node"),
    })
}

/// `[profile.release]` as the workspace has it.
fn profile(setting: &Setting) -> Result<Value> {
    let text = std::fs::read_to_string(setting.root.join("Cargo.toml"))?;
    Ok(section(&text, "[profile.release]"))
}

/// The plain settings of a section of a TOML file.
fn section(text: &str, name: &str) -> Value {
    let lines = text.lines().skip_while(|line| line.trim() != name).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let settings = lines.filter_map(|line| line.split('#').next()?.split_once('='));
    settings
        .map(|(name, value)| {
            let value = value.trim();
            let read = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
            (name.trim().to_owned(), read)
        })
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slower_machine_has_not_moved_anything() {
        let report = |bare: f64, ours: f64| {
            json!({ "cold": { "plain": {
                "bare": { "answeredMs": bare }, "products-get": { "answeredMs": ours },
            } } })
        };
        let parts = ["cold".to_owned()];
        assert_eq!(
            moved(&report(2.0, 5.0), &report(4.0, 10.0), &parts),
            [""; 0]
        );
        assert_eq!(
            moved(&report(2.0, 5.0), &report(2.0, 6.0), &parts),
            ["cold, plain, products-get: answeredMs: 2.50 → 3.00"]
        );
    }

    #[test]
    fn calls_and_sizes_are_compared_as_they_are() {
        let report = |calls: f64| json!({ "endpoints": [{ "function": "a", "calls": calls }] });
        let parts = ["endpoints".to_owned()];
        let rose = moved(&report(2.0), &report(3.0), &parts);
        assert_eq!(rose, ["a: calls: 2.00 → 3.00"]);
        assert_eq!(moved(&report(2.0), &json!({}), &parts), [""; 0]);
        assert_eq!(
            moved(&report(2.0), &report(3.0), &[]),
            [""; 0],
            "what was not measured has not moved"
        );
    }

    #[test]
    fn the_profile_is_read_without_its_comments() {
        let text = "[a]\nx = 1\n[profile.release]\n# why\nopt-level = \"s\" # small\nlto = false\n[b]\ny = 2\n";
        assert_eq!(
            section(text, "[profile.release]"),
            json!({ "opt-level": "s", "lto": false })
        );
    }
}
