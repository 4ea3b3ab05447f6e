//! What a service measures of itself beside its requests, such as how late it is.

use crate::log::NAMESPACE;
use kernel::Timestamp;
use serde_json::{Map, Value, json};

/// A measurement, written as a log line in CloudWatch's embedded metric format. Its dimensions are
/// the stage and the service.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// The metric: `search_index_lag_seconds`.
    pub name: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// The service that measures.
    pub service: &'static str,
}

/// What a measurement counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Things.
    Count,
}

/// Values that one line of the format may have of a metric.
const VALUES: usize = 100;

impl Measure {
    /// Writes values that were measured at a time.
    pub fn write(self, stage: &str, at: Timestamp, values: &[f64]) {
        for values in values.chunks(VALUES) {
            println!("{}", self.line(stage, at, values));
        }
    }

    fn line(self, stage: &str, at: Timestamp, values: &[f64]) -> Value {
        let unit = match self.unit {
            Unit::Seconds => "Seconds",
            Unit::Count => "Count",
        };
        let mut line = Map::new();
        line.insert("timestamp".into(), at.to_string().into());
        line.insert("level".into(), "INFO".into());
        line.insert("stage".into(), stage.into());
        line.insert("service".into(), self.service.into());
        line.insert(self.name.into(), json!(values));
        line.insert(
            "_aws".into(),
            json!({
                "Timestamp": at.millis(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["stage", "service"]],
                    "Metrics": [{ "Name": self.name, "Unit": unit }],
                }],
            }),
        );
        Value::Object(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_names_its_stage_and_service_alone_as_dimensions() {
        let measure = Measure {
            name: "search_index_lag_seconds",
            unit: Unit::Seconds,
            service: "search",
        };
        let line = measure.line("dev", Timestamp::from_seconds(1), &[0.5, 1.25]);
        assert_eq!(line["search_index_lag_seconds"], json!([0.5, 1.25]));
        assert_eq!(line["stage"], "dev");
        let metrics = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Dimensions"], json!([["stage", "service"]]));
        assert_eq!(metrics["Metrics"][0]["Unit"], "Seconds");
        assert_eq!(line["_aws"]["Timestamp"], 1_000);
    }
}
