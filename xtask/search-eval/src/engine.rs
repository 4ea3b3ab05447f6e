//! The search engine, over HTTP with connections that are kept.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use search::engine::answer::{Found, read};
use search::engine::asked::Asked;
use search::engine::{corrections, document, mapping, query};
use serde_json::{Value, json};
use ureq::Agent;

use crate::catalogue::Catalogue;

/// The index that is measured.
const INDEX: &str = "search-eval";
/// Documents of one request.
const BATCH: usize = 500;

/// A search engine.
#[derive(Clone)]
pub struct Engine {
    agent: Agent,
    url: String,
}

/// How long a search took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Took {
    /// What the service does: making requests and reading answers.
    pub ours: Duration,
    /// Until the engine's answer was there.
    pub engine: Duration,
    /// How often it was asked.
    pub requests: u32,
}

impl Engine {
    /// The engine at a URL.
    pub fn at(url: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .new_agent();
        Self {
            agent,
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// Makes the index anew, with every product in it.
    ///
    /// # Errors
    /// The engine refuses.
    pub fn fill(&self, catalogue: &Catalogue) -> Result<Duration> {
        let began = Instant::now();
        let _ = self.agent.delete(self.path("")).call();
        let made = self
            .agent
            .put(self.path(""))
            .content_type("application/json");
        let mut made = made.send(mapping::definition().to_string())?;
        if !made.status().is_success() {
            bail!("no index: {}", made.body_mut().read_to_string()?);
        }
        for products in catalogue.products.chunks(BATCH) {
            let mut body = String::new();
            for product in products {
                let action = json!({ "index": { "_index": INDEX, "_id": product.id } });
                let document = document::of(product, &catalogue.tree);
                body.push_str(&format!("{action}\n{document}\n"));
            }
            let path = format!("{}/_bulk", self.url);
            let answer = self.post(&path, "application/x-ndjson", body)?;
            if answer["errors"] != false {
                let first = answer["items"].as_array().into_iter().flatten();
                let mut failed = first.filter(|item| item["index"]["error"].is_object());
                bail!("a document was refused: {:?}", failed.next());
            }
        }
        self.post(&self.path("/_refresh"), "application/json", String::new())?;
        Ok(began.elapsed())
    }

    /// Removes the index.
    pub fn clear(&self) {
        let _ = self.agent.delete(self.path("")).call();
    }

    /// Searches as the service does.
    ///
    /// # Errors
    /// The engine refuses.
    pub fn find(&self, asked: &Asked) -> Result<(Found, Took)> {
        let mut took = Took::default();
        let began = Instant::now();
        let attempt = asked.attempt();
        let mut ask = |request: Value| {
            let answers = self.ask(&[request], &mut took)?;
            anyhow::Ok(answers.into_iter().next().unwrap_or_default())
        };
        let mut answer = ask(query::request(asked, &attempt))?;
        let mut shown = attempt;
        if query::is_little(asked, &shown, &answer) {
            let spelling = ask(corrections::request(asked.text()))?;
            for attempt in query::again(asked, &answer, &spelling) {
                let another = ask(query::request(asked, &attempt))?;
                if query::helps(&answer, &another) {
                    (shown, answer) = (attempt, another);
                    break;
                }
            }
        }
        let found = read(asked, &shown, answer);
        took.ours = began.elapsed().saturating_sub(took.engine);
        Ok((found, took))
    }

    /// The ids of the first that the service shows for a text.
    ///
    /// # Errors
    /// The engine refuses.
    pub fn shown(&self, text: &str, many: usize) -> Result<Vec<String>> {
        let asked = Asked {
            text: text.to_owned(),
            size: many,
            ..Asked::default()
        };
        let (found, _) = self.find(&asked)?;
        let ids = found.products.iter();
        let ids = ids.filter_map(|product| product["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    /// The ids of what a query of the engine's own language finds.
    ///
    /// # Errors
    /// The engine refuses.
    pub fn raw(&self, query: &Value, size: usize) -> Result<Vec<String>> {
        let body = json!({ "size": size, "_source": false, "query": query });
        let answers = self.ask(&[body], &mut Took::default())?;
        let hits = answers
            .first()
            .and_then(|answer| answer.pointer("/hits/hits"));
        let hits = hits.and_then(Value::as_array).context("no hits")?;
        let ids = hits.iter().filter_map(|hit| hit["_id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    /// Asks for the answers to some searches at once.
    ///
    /// # Errors
    /// The engine refuses.
    pub fn ask(&self, searches: &[Value], took: &mut Took) -> Result<Vec<Value>> {
        let body: String = searches
            .iter()
            .map(|search| format!("{{}}\n{search}\n"))
            .collect();
        let began = Instant::now();
        let path = self.path("/_msearch");
        let request = self.agent.post(path).content_type("application/x-ndjson");
        let mut answer = request.send(body)?;
        let bytes = answer
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_vec()?;
        took.engine += began.elapsed();
        took.requests += 1;
        let mut answer: Value = serde_json::from_slice(&bytes)?;
        let Value::Array(answers) = answer["responses"].take() else {
            bail!("the engine answered {answer}");
        };
        if let Some(failed) = answers.iter().find(|answer| answer["error"].is_object()) {
            bail!("the engine refused: {failed}");
        }
        Ok(answers)
    }

    fn post(&self, path: &str, kind: &str, body: String) -> Result<Value> {
        let mut answer = self.agent.post(path).content_type(kind).send(body)?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_string()?;
        if !answer.status().is_success() {
            bail!("{path}: {text}");
        }
        Ok(serde_json::from_str(&text)?)
    }

    fn path(&self, of: &str) -> String {
        format!("{}/{INDEX}{of}", self.url)
    }
}
