//! `GET /health`: whether the shop can serve, asked of what it stands on.

use aws::{Aws, ClusterHealth, SearchEngine, StartError, Table};
use edge::{Answer, Anyone, App, Bare, Call, Doc, Endpoint, Links, Problem, Reply, ReplyDoc};
use kernel::Timestamp;
use manifest::{Route, resources, routes};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How long a dependency may take to answer.
const DEADLINE: Duration = Duration::from_secs(1);

/// Whether the shop can serve.
pub struct CheckHealth;

/// What is asked.
pub struct Health {
    table: Table,
    search: Option<SearchEngine>,
}

impl App for Health {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let health = Self {
            table: aws.table(&resources::PLATFORM)?,
            search: aws.search().await?,
        };
        // Opens the connections. Whatever is down now may be up when it is asked for.
        health.checks().await;
        Ok(health)
    }
}

impl Health {
    async fn checks(&self) -> Checks {
        let dynamodb = check(async {
            self.table
                .reach()
                .await
                .map_err(|_| "It answered with an error.")
        });
        let opensearch = async {
            match &self.search {
                None => Check::disabled(),
                Some(engine) => check(cluster(engine)).await,
            }
        };
        let (dynamodb, opensearch) = tokio::join!(dynamodb, opensearch);
        Checks {
            dynamodb,
            opensearch,
        }
    }
}

async fn cluster(engine: &SearchEngine) -> Result<(), &'static str> {
    match engine.health().await {
        Ok(ClusterHealth::Green | ClusterHealth::Yellow) => Ok(()),
        Ok(ClusterHealth::Red) => Err("Some of the index cannot be searched."),
        Err(_) => Err("It cannot be reached, or answered with an error."),
    }
}

/// Asks one dependency, and waits no longer than the deadline. What it said when it failed stays
/// with us: anybody may read the answer.
async fn check(asked: impl Future<Output = Result<(), &'static str>>) -> Check {
    let began = Instant::now();
    let outcome = tokio::time::timeout(DEADLINE, asked)
        .await
        .unwrap_or(Err("It did not answer in time."));
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Check {
        status: if outcome.is_ok() {
            State::Healthy
        } else {
            State::Unhealthy
        },
        ms: Some(ms),
        detail: outcome.err(),
    }
}

impl Endpoint for CheckHealth {
    const ROW: &'static Route = &routes::PLATFORM_HEALTH;
    const DOC: Doc = Doc {
        summary: "Check health",
        detail: "Asks every dependency, each for at most a second. `healthy` with 200 while the shop can serve; \
                 `unhealthy` with 503 and the same body when the database is down. Without the search engine the \
                 shop still sells, so its check alone turns `unhealthy`.",
        problems: &[],
    };
    type App = Health;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Report;

    async fn call(health: &Health, call: Call<Self>) -> Result<Report, Problem> {
        Ok(Report::of(health.checks().await, call.at))
    }
}

/// How the shop is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// `healthy` while the shop can serve.
    pub status: State,
    /// When it was asked.
    pub timestamp: Timestamp,
    /// Always `ultramarket`.
    pub service: &'static str,
    /// The release that answers.
    pub version: &'static str,
    /// What it stands on.
    pub checks: Checks,
}

/// What the shop stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checks {
    /// The database. Nothing goes without it.
    pub dynamodb: Check,
    /// The search engine. Browsing and checkout go without it.
    pub opensearch: Check,
}

/// How one dependency is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// How it is.
    pub status: State,
    /// How long it took to answer, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It answers.
    Healthy,
    /// It does not, or says that it cannot serve.
    Unhealthy,
    /// The stage has none.
    Disabled,
}

impl Check {
    const fn disabled() -> Self {
        Self {
            status: State::Disabled,
            ms: None,
            detail: None,
        }
    }
}

impl Report {
    fn of(checks: Checks, at: Timestamp) -> Self {
        Self {
            status: checks.dynamodb.status,
            timestamp: at,
            service: "ultramarket",
            version: env!("CARGO_PKG_VERSION"),
            checks,
        }
    }
}

impl Reply for Report {
    fn into_answer(self, links: &Links) -> Answer {
        let healthy = self.status == State::Healthy;
        let mut answer = Bare {
            status: if healthy { 200 } else { 503 },
            body: self,
        }
        .into_answer(links);
        // A balancer that is told an old answer sends customers to a shop that is down.
        answer
            .headers
            .push(("cache-control".into(), "no-store".into()));
        if !healthy {
            answer.headers.push(("retry-after".into(), "2".into()));
        }
        answer
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        Bare::<Self>::describe(generator)
    }
}

#[cfg(test)]
mod tests;
