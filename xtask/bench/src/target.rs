//! What the figures are to reach.

use serde_json::{Value, json};

use crate::contender::{BARE, EXPRESS, MINIMAL, OURS, OURS_WITH_TOKEN};
use crate::growth;
use crate::statistics::rounded;

/// A figure and the most it may be.
struct Target {
    name: &'static str,
    measured: f64,
    limit: f64,
}

/// Every target that the report has figures for.
pub fn judge(report: &Value) -> Vec<Value> {
    let cold = |how: &str, who: &str, what: &str| report["cold"][how][who][what].as_f64();
    let warm = |who: &str| report["warm"][who]["cpuMs"].as_f64();
    let ratio = |one: Option<f64>, other: Option<f64>| Some(one? / other?);
    let answered = "answeredMs";
    let flat = report["growth"]["rows"]
        .is_array()
        .then(|| growth::steepest(&report["growth"]["rows"]));
    let targets = [
        (
            "first answer, to the minimal function's",
            ratio(
                cold("plain", OURS, answered),
                cold("plain", MINIMAL, answered),
            ),
            1.3,
        ),
        (
            "first answer with a token, to Express's",
            ratio(
                cold("plain", OURS_WITH_TOKEN, answered),
                cold("plain", EXPRESS, answered),
            ),
            1.0 / 30.0,
        ),
        (
            "the same over TLS with the share of 256 MB",
            ratio(
                cold("share", OURS_WITH_TOKEN, answered),
                cold("share", EXPRESS, answered),
            ),
            1.0 / 12.0,
        ),
        (
            "processor time of a start, to the bare function's",
            ratio(
                cold("plain", OURS, "startCpuMs"),
                cold("plain", BARE, "startCpuMs"),
            ),
            2.5,
        ),
        (
            "processor ms of a warm GET with a token",
            warm(OURS_WITH_TOKEN),
            0.5,
        ),
        (
            "the same, to Express's",
            ratio(warm(OURS_WITH_TOKEN), warm(EXPRESS)),
            1.0 / 5.0,
        ),
        (
            "zip of nine functions in ten, MB",
            report["sizes"]["p90Bytes"]
                .as_f64()
                .map(|bytes| bytes / 1e6),
            3.5,
        ),
        (
            "calls and units of a list or get, at the most to the fewest products",
            flat,
            1.0,
        ),
    ];
    targets
        .into_iter()
        .filter_map(|(name, measured, limit)| {
            Some(Target {
                name,
                measured: measured?,
                limit,
            })
        })
        .map(|target| target.judged())
        .collect()
}

impl Target {
    fn judged(&self) -> Value {
        json!({
            "target": self.name,
            "measured": rounded(self.measured),
            "limit": rounded(self.limit),
            "reached": self.measured <= self.limit,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_reached_at_its_limit_and_missed_beyond() {
        let report = |cpu: f64| json!({ "warm": { OURS_WITH_TOKEN: { "cpuMs": cpu } } });
        for (cpu, reached) in [(0.4, true), (0.5, true), (0.51, false)] {
            let judged = judge(&report(cpu));
            assert_eq!(judged.len(), 1, "{judged:?}");
            assert_eq!(judged[0]["reached"], reached, "{cpu}");
        }
    }

    #[test]
    fn ratios_are_of_the_same_circumstance() {
        let cold = |ours: f64, express: f64| json!({ OURS_WITH_TOKEN: { "answeredMs": ours }, EXPRESS: { "answeredMs": express } });
        let report = json!({ "cold": { "plain": cold(5.0, 200.0), "share": cold(60.0, 600.0) } });
        let judged = judge(&report);
        let reached: Vec<_> = judged.iter().map(|it| it["reached"].clone()).collect();
        assert_eq!(reached, [json!(true), json!(false)], "{judged:?}");
    }
}
