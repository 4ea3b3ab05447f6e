//! The index in the search engine: its names, and all that is asked of it but queries.
//!
//! What is searched stands behind the alias `<stage>-products`, what is being built behind
//! `<stage>-products-next`, each on an index of its own. The engine's aliases are the only place
//! where it is said which index is which, so that a swap is one act of the engine and nobody's
//! knowledge of it can be old.

mod bulk;

use std::collections::HashMap;

use aws::{Ask, EngineAnswer, EngineError, SearchEngine};
use kernel::{JobId, ProductId};
use serde_json::{Value, json};

pub use bulk::{Change, Outcome};

/// The index of a stage.
#[derive(Debug)]
pub struct Index {
    engine: SearchEngine,
    live: String,
    next: String,
}

/// Which index is which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// What is searched.
    pub live: Option<String>,
    /// What is being built.
    pub next: Option<String>,
    /// What is left over: nobody searches it, and nothing is written to it.
    pub idle: Vec<String>,
}

/// A document as a comparison sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The version of the product that it was made of.
    pub version: u64,
    /// What it says, in short.
    pub fingerprint: String,
}

/// What indexes take in an engine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bytes {
    /// All of them, copies included.
    pub all: u64,
    /// The one that is searched.
    pub live: u64,
}

impl Targets {
    /// Whether there is no index yet.
    pub const fn are_none(&self) -> bool {
        self.live.is_none() && self.next.is_none()
    }
}

impl Index {
    /// The index of a stage in an engine.
    pub fn new(engine: SearchEngine, stage: &str) -> Self {
        Self {
            engine,
            live: format!("{stage}-products"),
            next: format!("{stage}-products-next"),
        }
    }

    /// The name of the index that a job builds.
    pub fn built_by(&self, job: JobId) -> String {
        let id = job.to_string();
        let id = id.rsplit('_').next().unwrap_or_default();
        format!("{}-{id}", self.live)
    }

    /// Where a change of a product is written. Indexes change places while it is on its way, and a
    /// write to one that is gone would make another of the name. So what is searched is named by its
    /// alias, which is never without an index; and what is being built by its own name, which it
    /// keeps when it is searched.
    pub fn written_to<'a>(&'a self, targets: &'a Targets) -> Vec<&'a str> {
        let live = targets.live.is_some().then_some(self.live.as_str());
        live.into_iter().chain(targets.next.as_deref()).collect()
    }

    /// Asks for the answers to some searches, all in one request.
    ///
    /// # Errors
    /// The engine's; there is none for a search that it refuses.
    pub async fn search(&self, searches: &[Value]) -> Result<Vec<EngineAnswer>, EngineError> {
        let lines = searches.iter().map(|search| format!("{{}}\n{search}\n"));
        let path = format!("/{}/_msearch", self.live);
        let body = lines.collect::<String>();
        let answer = self.engine.ask(&path, Ask::Find(body.as_bytes())).await?;
        let mut body = match answer.status {
            404 => {
                let gone = vec![answer; searches.len()];
                return Ok(gone);
            }
            _ => answer.good()?,
        };
        let Value::Array(answers) = body["responses"].take() else {
            return Err(EngineError::Fault("an answer without responses".into()));
        };
        let answer = |body: Value| EngineAnswer {
            status: body["status"]
                .as_u64()
                .and_then(|status| u16::try_from(status).ok())
                .unwrap_or(200),
            body,
        };
        Ok(answers.into_iter().map(answer).collect())
    }

    /// Which index is which.
    ///
    /// # Errors
    /// The engine's.
    pub async fn targets(&self) -> Result<Targets, EngineError> {
        let path = format!("/{}-*/_alias", self.live);
        let answer = self.engine.ask(&path, Ask::Get).await?;
        if answer.status == 404 {
            return Ok(Targets::default());
        }
        let Value::Object(indexes) = answer.good()? else {
            return Err(EngineError::Fault("aliases that are no object".into()));
        };
        let mut targets = Targets::default();
        for (index, body) in indexes {
            let has = |alias: &str| body.pointer(&format!("/aliases/{alias}")).is_some();
            if has(&self.live) {
                targets.live = Some(index);
            } else if has(&self.next) {
                targets.next = Some(index);
            } else {
                targets.idle.push(index);
            }
        }
        Ok(targets)
    }

    /// Makes an index to be built. It may be there already.
    ///
    /// # Errors
    /// The engine's.
    pub async fn create(&self, index: &str, mut definition: Value) -> Result<(), EngineError> {
        definition["aliases"] = json!({ (self.next.as_str()): {} });
        let body = definition.to_string();
        let answer = self
            .engine
            .ask(&format!("/{index}"), Ask::Put(body.as_bytes()))
            .await?;
        let is_there = answer.body.pointer("/error/type").and_then(Value::as_str)
            == Some("resource_already_exists_exception");
        if is_there {
            return Ok(());
        }
        answer.good().map(drop)
    }

    /// Puts an index in the place of the one that is searched, in one act.
    ///
    /// # Errors
    /// The engine's.
    pub async fn swap(&self, index: &str, former: Option<&str>) -> Result<(), EngineError> {
        let mut actions = vec![
            json!({ "add": { "index": index, "alias": self.live } }),
            json!({ "remove": { "index": index, "alias": self.next } }),
        ];
        if let Some(former) = former {
            actions.push(json!({ "remove": { "index": former, "alias": self.live } }));
        }
        let body = json!({ "actions": actions }).to_string();
        let answer = self
            .engine
            .ask("/_aliases", Ask::Post(body.as_bytes()))
            .await?;
        answer.good().map(drop)
    }

    /// Removes an index with all its documents; it may be gone already.
    ///
    /// # Errors
    /// The engine's.
    pub async fn remove(&self, index: &str) -> Result<(), EngineError> {
        let answer = self.engine.ask(&format!("/{index}"), Ask::Delete).await?;
        if answer.status == 404 {
            return Ok(());
        }
        answer.good().map(drop)
    }

    /// Makes everything that was written to an index visible to searches.
    ///
    /// # Errors
    /// The engine's.
    pub async fn refresh(&self, index: &str) -> Result<(), EngineError> {
        let answer = self
            .engine
            .ask(&format!("/{index}/_refresh"), Ask::Post(b""))
            .await?;
        answer.good().map(drop)
    }

    /// Writes changes to some indexes; the outcomes are in the changes' order, each the worst of
    /// its indexes'. A document that is newer than a change stays as it is.
    ///
    /// # Errors
    /// The engine's, when it could not be asked or has too much to do; some changes may have been
    /// written.
    pub async fn write(
        &self,
        indexes: &[&str],
        changes: &[Change],
    ) -> Result<Vec<Outcome>, EngineError> {
        let mut outcomes = vec![Outcome::Kept; changes.len()];
        for batch in bulk::batches(indexes, changes) {
            let answer = self
                .engine
                .ask("/_bulk", Ask::Post(batch.body.as_bytes()))
                .await?;
            let answered = bulk::outcomes(&answer.good()?)?;
            if answered.len() != batch.changes.len() {
                return Err(EngineError::Fault("a bulk answer of another length".into()));
            }
            for (change, outcome) in batch.changes.into_iter().zip(answered) {
                if let Some(known) = outcomes.get_mut(change) {
                    known.join(outcome);
                }
            }
        }
        Ok(outcomes)
    }

    /// What an index has of some products.
    ///
    /// # Errors
    /// The engine's.
    pub async fn held(
        &self,
        index: &str,
        ids: &[ProductId],
    ) -> Result<HashMap<ProductId, Held>, EngineError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let docs: Vec<_> = ids
            .iter()
            .map(|id| json!({ "_id": id, "_source": [FINGERPRINT] }))
            .collect();
        let body = json!({ "docs": docs }).to_string();
        let path = format!("/{index}/_mget");
        let answer = self.engine.ask(&path, Ask::Find(body.as_bytes())).await?;
        let answer = answer.good()?;
        let docs = answer["docs"].as_array().map_or(&[][..], Vec::as_slice);
        Ok(docs
            .iter()
            .filter(|doc| doc["found"] == true)
            .filter_map(held)
            .collect())
    }

    /// Some documents of an index in the order of their ids, after one.
    ///
    /// # Errors
    /// The engine's.
    pub async fn page(
        &self,
        index: &str,
        after: Option<ProductId>,
        size: usize,
    ) -> Result<Vec<(ProductId, Held)>, EngineError> {
        let mut body = json!({
            "size": size, "version": true, "_source": [FINGERPRINT],
            "query": { "match_all": {} }, "sort": [{ "id": "asc" }], "track_total_hits": false,
        });
        if let Some(after) = after {
            body["search_after"] = json!([after]);
        }
        let path = format!("/{index}/_search");
        let body = body.to_string();
        let answer = self.engine.ask(&path, Ask::Find(body.as_bytes())).await?;
        let answer = answer.good()?;
        let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
        Ok(hits
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(held)
            .collect())
    }

    /// How much the stage's indexes hold.
    ///
    /// # Errors
    /// The engine's.
    pub async fn bytes(&self) -> Result<Bytes, EngineError> {
        let path = format!("/{}-*/_stats/store", self.live);
        let answer = self.engine.ask(&path, Ask::Get).await?.good()?;
        let size = |of: &Value| {
            of.pointer("/total/store/size_in_bytes")
                .and_then(Value::as_u64)
                .unwrap_or(0)
        };
        let live = self.targets().await?.live;
        let live = live.map(|live| size(&answer["indices"][live.as_str()]));
        Ok(Bytes {
            all: size(&answer["_all"]),
            live: live.unwrap_or(0),
        })
    }
}

/// The field of a document that says in short what it says.
pub(crate) const FINGERPRINT: &str = "fingerprint";

fn held(doc: &Value) -> Option<(ProductId, Held)> {
    let id = ProductId::parse(doc["_id"].as_str()?).ok()?;
    let fingerprint = doc["_source"][FINGERPRINT].as_str().unwrap_or_default();
    let held = Held {
        version: doc["_version"].as_u64()?,
        fingerprint: fingerprint.to_owned(),
    };
    Some((id, held))
}
