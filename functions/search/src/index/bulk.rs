//! Many changes of documents in one request.
//!
//! Each names the version of the product that it was made of, and the engine keeps what is newer.
//! The same version may be written again: it says the same of the product, and what else a document
//! says may have changed.

use aws::EngineError;
use kernel::ProductId;
use serde_json::{Value, json};

/// What is to become of a product's document.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The product.
    pub id: ProductId,
    /// Its version.
    pub version: u64,
    /// The document; none to remove it.
    pub document: Option<Value>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: the engine has something newer, or had nothing to remove.
    Kept,
    /// The document was removed.
    Removed,
    /// The document was written.
    Written,
    /// The engine does not take it.
    Refused(String),
}

impl Outcome {
    /// What became of a change in one more index.
    pub(super) fn join(&mut self, other: Self) {
        let rank = |outcome: &Self| match outcome {
            Self::Kept => 0,
            Self::Removed => 1,
            Self::Written => 2,
            Self::Refused(_) => 3,
        };
        if rank(&other) > rank(self) {
            *self = other;
        }
    }
}

/// A request of some changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// The request's lines.
    pub(super) body: String,
    /// Which change each action is of, in the actions' order.
    pub(super) changes: Vec<usize>,
}

/// The most bytes of one request; a single document may be larger.
const BYTES: usize = 4 * 1024 * 1024;

/// The changes as requests that an engine takes.
pub(super) fn batches(indexes: &[&str], changes: &[Change]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for (number, change) in changes.iter().enumerate() {
        let source = change.document.as_ref().map(Value::to_string);
        for index in indexes {
            let target = json!({
                "_index": index,
                "_id": change.id,
                "version": change.version,
                "version_type": "external_gte",
            });
            let lines = match &source {
                Some(source) => format!("{}\n{source}\n", json!({ "index": target })),
                None => format!("{}\n", json!({ "delete": target })),
            };
            match batches.last_mut() {
                Some(batch) if batch.body.len() + lines.len() <= BYTES => {
                    batch.body.push_str(&lines);
                    batch.changes.push(number);
                }
                _ => batches.push(Batch {
                    body: lines,
                    changes: vec![number],
                }),
            }
        }
    }
    batches
}

/// What became of the actions of a request.
pub(super) fn outcomes(answer: &Value) -> Result<Vec<Outcome>, EngineError> {
    let items = answer["items"].as_array();
    let items = items.ok_or_else(|| EngineError::Fault("a bulk answer without items".into()))?;
    items.iter().map(outcome).collect()
}

fn outcome(item: &Value) -> Result<Outcome, EngineError> {
    let (removes, done) = match (item.get("index"), item.get("delete")) {
        (Some(done), _) => (false, done),
        (None, Some(done)) => (true, done),
        (None, None) => return Err(EngineError::Fault("a bulk item of another kind".into())),
    };
    match done["status"].as_u64().unwrap_or(0) {
        200..=299 if removes => Ok(Outcome::Removed),
        200..=299 => Ok(Outcome::Written),
        // Something newer is there.
        409 => Ok(Outcome::Kept),
        // Nothing was there to be removed; an index that is gone says so with an error.
        404 if removes && done.get("error").is_none() => Ok(Outcome::Kept),
        429 | 503 => Err(EngineError::Unavailable(done["error"].to_string().into())),
        status => {
            let reason = done.pointer("/error/reason").and_then(Value::as_str);
            let reason = reason.unwrap_or_default();
            Ok(Outcome::Refused(format!("{status}: {reason}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str, document: Option<Value>) -> Change {
        Change {
            id: ProductId::derive("", name),
            version: 7,
            document,
        }
    }

    #[test]
    fn every_change_goes_to_every_index_with_its_version() {
        let id = ProductId::derive("", "a");
        let changes = [
            change("a", Some(json!({ "name": "line\nbreak" }))),
            change("a", None),
        ];
        let [batch] = &batches(&["live", "next"], &changes)[..] else {
            panic!("it is one small request");
        };
        let lines: Vec<_> = batch.body.lines().collect();
        assert_eq!(
            lines[0],
            format!(
                r#"{{"index":{{"_index":"live","_id":"{id}","version":7,"version_type":"external_gte"}}}}"#
            )
        );
        assert_eq!(lines[1], r#"{"name":"line\nbreak"}"#);
        assert!(lines[5].starts_with(r#"{"delete":{"_index":"next""#));
        assert_eq!(lines.len(), 6);
        assert_eq!(batch.changes, [0, 0, 1, 1]);
        assert!(batches(&["live"], &[]).is_empty());
    }

    #[test]
    fn requests_hold_to_their_bytes() {
        let large = "x".repeat(BYTES / 2);
        let changes: Vec<_> = (0..3)
            .map(|number| change(&number.to_string(), Some(json!({ "text": large }))))
            .collect();
        let batches = batches(&["live"], &changes);
        let sizes: Vec<_> = batches.iter().map(|batch| batch.changes.len()).collect();
        assert_eq!(sizes, [1, 1, 1]);
    }

    #[test]
    fn what_is_newer_is_kept_and_what_the_engine_does_not_take_is_told() {
        let answer = json!({ "items": [
            { "index": { "status": 201 } },
            { "index": { "status": 409, "error": { "reason": "version conflict" } } },
            { "delete": { "status": 200 } },
            { "delete": { "status": 404, "result": "not_found" } },
            { "delete": { "status": 409, "error": {} } },
            { "index": { "status": 400, "error": { "reason": "failed to parse" } } },
            { "index": { "status": 404, "error": { "reason": "no such index" } } },
        ]});
        let outcomes = outcomes(&answer).unwrap();
        assert_eq!(
            outcomes,
            [
                Outcome::Written,
                Outcome::Kept,
                Outcome::Removed,
                Outcome::Kept,
                Outcome::Kept,
                Outcome::Refused("400: failed to parse".to_owned()),
                Outcome::Refused("404: no such index".to_owned()),
            ]
        );
        let busy = json!({ "items": [{ "index": { "status": 429, "error": {} } }] });
        assert!(matches!(
            super::outcomes(&busy),
            Err(EngineError::Unavailable(_))
        ));
    }

    #[test]
    fn a_change_is_as_bad_as_in_the_worst_of_its_indexes() {
        let mut outcome = Outcome::Kept;
        outcome.join(Outcome::Written);
        outcome.join(Outcome::Kept);
        assert_eq!(outcome, Outcome::Written);
        outcome.join(Outcome::Refused(String::new()));
        outcome.join(Outcome::Written);
        assert_eq!(outcome, Outcome::Refused(String::new()));
    }
}
