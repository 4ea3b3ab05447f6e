//! The one line that each request leaves, which is also its metrics.
//!
//! It is written in CloudWatch's embedded metric format: the same line is the log record and the
//! two metrics, with the dimensions stage, service and status class only. Method, route and exact status
//! ride along as properties; as dimensions they would be a thousand custom metrics.

use kernel::Timestamp;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What is told of a request, a record or a run.
#[derive(Debug, Default)]
pub(crate) struct Line<'a> {
    pub at: Option<Timestamp>,
    /// Whose request it was; given with a status, for it is a dimension of the metrics.
    pub stage: &'a str,
    pub service: &'a str,
    pub function: &'a str,
    pub request_id: &'a str,
    pub trace_id: &'a str,
    pub method: Option<&'a str>,
    pub route: Option<&'a str>,
    pub caller: Option<&'a str>,
    pub status: Option<u16>,
    pub code: Option<&'a str>,
    pub took: Duration,
    pub cold: bool,
    pub error: Option<String>,
    pub more: Map<String, Value>,
}

/// The namespace of our metrics.
pub(crate) const NAMESPACE: &str = "UltraMarket";

impl Line<'_> {
    /// Writes the line to standard output, which Lambda sends to CloudWatch.
    pub(crate) fn write(mut self) {
        let ms = self.took.as_secs_f64() * 1_000.0;
        let failed = self.error.is_some() || self.status.is_some_and(|status| status >= 500);
        let mut line = json!({
            "timestamp": self.at.map(|at| at.to_string()),
            "level": if failed { "ERROR" } else { "INFO" },
            "service": self.service,
            "function": self.function,
            "requestId": self.request_id,
            "traceId": self.trace_id,
            "ms": (ms * 10.0).round() / 10.0,
            "cold": self.cold,
        });
        let Value::Object(members) = &mut line else {
            return;
        };
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        };
        add("method", self.method.map(Value::from));
        add("route", self.route.map(Value::from));
        add("caller", self.caller.map(Value::from));
        add("status", self.status.map(Value::from));
        add("code", self.code.map(Value::from));
        add("error", self.error.take().map(Value::from));
        members.extend(std::mem::take(&mut self.more));
        if let Some(status) = self.status {
            metrics(members, &self, status);
        }
        println!("{line}");
    }
}

/// An error and what led to it, in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn metrics(members: &mut Map<String, Value>, line: &Line<'_>, status: u16) {
    members.insert("stage".into(), line.stage.into());
    members.insert("statusClass".into(), format!("{}xx", status / 100).into());
    members.insert("http_requests_total".into(), 1.into());
    members.insert(
        "http_request_duration_seconds".into(),
        line.took.as_secs_f64().into(),
    );
    members.insert(
        "_aws".into(),
        json!({
            "Timestamp": line.at.map_or(0, Timestamp::millis),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["stage", "service", "statusClass"]],
                "Metrics": [
                    { "Name": "http_requests_total", "Unit": "Count" },
                    { "Name": "http_request_duration_seconds", "Unit": "Seconds" },
                ],
            }],
        }),
    );
}
