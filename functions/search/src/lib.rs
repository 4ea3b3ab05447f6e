//! Search: the index of the catalogue, queries, suggestions and rules.
//!
//! - [`rules`], [`job`] and [`engine`] hold the rules, without I/O: what staff says of queries, how
//!   far a job is, and what the search engine is told and answers.
//! - [`store`] is the table, [`index`] the index in the search engine.
//! - `finding` and `popular` are the use cases of those who search, `merchandise` of those who keep
//!   rules; `indexing`, `jobs`, `rebuild`, `some` and `comparison` keep the index.
//! - [`api`] and [`on`] are what is deployed; [`functions`] lists it.

pub mod api;
mod cached;
mod comparison;
pub mod engine;
pub mod error;
mod finding;
pub mod index;
mod indexing;
pub mod job;
mod jobs;
mod merchandise;
pub mod on;
mod popular;
mod rebuild;
pub mod rules;
mod some;
pub mod store;

use std::time::Duration;

use aws::{Aws, SearchDomain, StartError, Table};
use edge::App;
use manifest::resources;
use products::Products;

use crate::error::SearchError;
use crate::finding::Known;
use crate::index::Index;
use crate::store::Store;

pub use finding::{Finding, Visit};
pub use merchandise::Wanted;

/// How long an answer to somebody who waits may take the engine.
const IN_A_REQUEST: Duration = Duration::from_secs(4);
/// How long the engine may take for what nobody waits for: an index is made, a batch written.
const IN_THE_BACK: Duration = Duration::from_secs(20);

/// The service: its table.
#[derive(Debug)]
pub struct Search {
    store: Store,
}

/// The service for those who search.
#[derive(Debug)]
pub struct Finder {
    search: Search,
    index: Option<Index>,
    products: Products,
    known: Known,
}

/// The service as it keeps the index.
#[derive(Debug)]
pub struct Indexer {
    search: Search,
    index: Option<Index>,
    products: Products,
    stage: String,
}

/// The service as it takes orders for jobs. It alone asks AWS how the domain is, with a client
/// that is a third of such a function.
#[derive(Debug)]
pub struct Rebuilds {
    search: Search,
    index: Option<Index>,
    domain: SearchDomain,
}

/// The index, where the stage has a search engine.
async fn index(aws: &Aws, patience: Duration) -> Result<Option<Index>, StartError> {
    let stage = aws.environment().required("STAGE")?;
    let engine = aws.search().await?;
    Ok(engine.map(|engine| Index::new(engine.with_patience(patience), &stage)))
}

impl App for Search {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let table = aws.table(&resources::SEARCH)?;
        // A function starts without its table too, and answers 503 until it is back.
        let _ = table.warm().await;
        Ok(Self {
            store: Store::new(table),
        })
    }

    fn table(&self) -> Option<&Table> {
        Some(self.store.table())
    }
}

impl App for Finder {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let finder = Self {
            search: Search::start(aws).await?,
            index: index(aws, IN_A_REQUEST).await?,
            products: Products::start(aws).await?,
            known: Known::default(),
        };
        finder.warm().await;
        Ok(finder)
    }

    fn table(&self) -> Option<&Table> {
        self.search.table()
    }
}

impl App for Indexer {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            search: Search::start(aws).await?,
            index: index(aws, IN_THE_BACK).await?,
            products: Products::start(aws).await?,
            stage: aws.environment().required("STAGE")?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.search.table()
    }
}

impl Indexer {
    fn index(&self) -> Result<&Index, SearchError> {
        self.index.as_ref().ok_or(SearchError::NoEngine)
    }
}

impl App for Rebuilds {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            search: Search::start(aws).await?,
            index: index(aws, IN_A_REQUEST).await?,
            domain: aws.search_domain(&resources::SEARCH_DOMAIN)?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.search.table()
    }
}

impl Rebuilds {
    fn index(&self) -> Result<&Index, SearchError> {
        self.index.as_ref().ok_or(SearchError::NoEngine)
    }
}

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    vec![
        edge::endpoint::<api::SearchProducts>(),
        edge::endpoint::<api::Suggest>(),
        edge::endpoint::<api::IndexProducts>(),
        edge::endpoint::<api::GetJob>(),
        edge::endpoint::<api::RemoveFromIndex>(),
        edge::endpoint::<api::ListRules>(),
        edge::endpoint::<api::CreateRule>(),
        edge::endpoint::<api::UpdateRule>(),
        edge::endpoint::<api::DeleteRule>(),
        edge::batch_consumer::<on::ProductChanged>(),
        edge::consumer::<on::CategoryChanged>(),
        edge::consumer::<on::JobDue>(),
        edge::clockwork::<on::Compare>(),
        edge::clockwork::<on::RankQueries>(),
    ]
}
