//! Searching: for products, and for what a query that is being typed may become.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws::{EngineAnswer, EngineError};
use kernel::{CategoryId, CursorError, Timestamp};
use products::SweepPlace;
use products::category::Tree;
use serde_json::Value;

use crate::Finder;
use crate::cached::Cached;
use crate::engine::answer::{self, Found};
use crate::engine::asked::{Asked, Start};
use crate::engine::suggestions::{self, Spelling, Suggestion};
use crate::engine::{corrections, query};
use crate::error::SearchError;
use crate::index::Index;
use crate::popular::searched;
use crate::rules::{Applied, RuleSet};
use crate::store::{Popular, Searched};

/// How long an instance goes on with the rules that it read. A new one is in force everywhere
/// after this.
const RULES_FOR: Duration = Duration::from_secs(5);
/// How long it goes on with the category tree.
const TREE_FOR: Duration = Duration::from_secs(20);
/// The same where something is missing in it, that may have been made a moment ago.
const TREE_AT_LEAST: Duration = Duration::from_secs(1);
/// How long it goes on with what is popular, which changes once an hour.
const POPULAR_FOR: Duration = Duration::from_mins(2);
/// The most searches that wait to be counted; while they cannot be, the oldest are forgotten.
const UNCOUNTED: usize = 20;

/// What an instance knows for a while.
#[derive(Debug)]
pub(crate) struct Known {
    rules: Cached<RuleSet>,
    tree: Cached<Tree>,
    popular: Cached<Popular>,
    /// Searches that are yet to be counted.
    uncounted: Mutex<Vec<Searched>>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            rules: Cached::new(RULES_FOR),
            tree: Cached::new(TREE_FOR),
            popular: Cached::new(POPULAR_FOR),
            uncounted: Mutex::default(),
        }
    }
}

/// Who searches, as far as it matters.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The network address.
    pub source_ip: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What was found.
#[derive(Debug)]
pub struct Finding {
    /// The products, and how they divide.
    pub found: Found,
    /// What the rules say of what was searched for.
    pub rules: Applied,
    /// The categories, for their names.
    pub tree: Arc<Tree>,
}

impl Finder {
    /// Opens the connections and reads what every search needs, while the function starts. What is
    /// down now may be up when it is asked for.
    pub(crate) async fn warm(&self) {
        let engine = async {
            if let Some(index) = &self.index {
                let _ = index.search(&[serde_json::json!({ "size": 0 })]).await;
            }
        };
        let _ = tokio::join!(engine, self.rules(), self.tree());
    }

    /// Searches for products; `category` is an id or a slug.
    ///
    /// # Errors
    /// There is no engine, or no index yet; the engine's, the table's or the catalogue's.
    pub async fn find(
        &self,
        mut asked: Asked,
        category: Option<&str>,
        visit: Visit<'_>,
    ) -> Result<Finding, SearchError> {
        let index = self.index.as_ref().ok_or(SearchError::NoEngine)?;
        let (rules, tree) = tokio::try_join!(self.rules(), self.tree())?;
        asked.rules = rules.applied(&asked.text);
        let mut finding = Finding {
            found: Found::default(),
            rules: asked.rules.clone(),
            tree,
        };
        if let Some(category) = category {
            let mut id = category_of(&finding.tree, category);
            if id.is_none() {
                finding.tree = self.tree_not_older(TREE_AT_LEAST).await?;
                id = category_of(&finding.tree, category);
            }
            match id {
                Some(id) => asked.filters.categories = vec![id],
                // Nothing hangs on a category that is not there.
                None => return Ok(finding),
            }
        }
        let (found, ()) = tokio::join!(self.found(index, &asked), self.count());
        finding.found = found?;
        let mut categories = finding.found.facets.categories.iter();
        if categories.any(|(id, _)| finding.tree.get(*id).is_none()) {
            finding.tree = self.tree_not_older(TREE_AT_LEAST).await?;
        }
        // Whoever turns pages has searched once.
        if asked.start == Start::default() && finding.found.total > 0 {
            self.note(searched(&asked.text, visit.source_ip, visit.at));
        }
        Ok(finding)
    }

    /// What the engine finds, asked again in other words where the first time finds next to nothing.
    async fn found(&self, index: &Index, asked: &Asked) -> Result<Found, SearchError> {
        let attempt = asked.attempt();
        let first = self
            .ask(index, &[query::request(asked, &attempt)])
            .await
            .map_err(|error| match (error, &asked.start) {
                // A place that somebody made up; none of ours is refused.
                (SearchError::Engine(EngineError::Status { status: 400, .. }), Start::After(_)) => {
                    SearchError::invalid("/cursor", CursorError::Unreadable)
                }
                (error, _) => error,
            })?;
        let Some(first) = first.into_iter().flatten().next() else {
            return Ok(Found::default());
        };
        if !query::is_little(asked, &attempt, &first) {
            return Ok(answer::read(asked, &attempt, first));
        }
        let spelling = [corrections::request(asked.text())];
        let spelling = self.ask(index, &spelling).await?;
        let spelling = spelling.into_iter().flatten().next().unwrap_or_default();
        for attempt in query::again(asked, &first, &spelling) {
            let request = [query::request(asked, &attempt)];
            let answer = self.ask(index, &request).await?;
            let answer = answer.into_iter().flatten().next().unwrap_or_default();
            if query::helps(&first, &answer) {
                return Ok(answer::read(asked, &attempt, answer));
            }
        }
        Ok(answer::read(asked, &attempt, first))
    }

    /// What a text that is being typed may become.
    ///
    /// # Errors
    /// There is no engine, or no index yet; the engine's, the table's or the catalogue's.
    pub async fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, SearchError> {
        let index = self.index.as_ref().ok_or(SearchError::NoEngine)?;
        let requests = suggestions::requests(typed, limit, Spelling::Exact);
        let (tree, popular, answers) =
            tokio::try_join!(self.tree(), self.popular(), self.ask(index, &requests))?;
        let categories: Vec<_> = tree.all().map(|it| (it.id, &*it.name)).collect();
        let known = suggestions::Known {
            queries: &popular,
            categories: &categories,
        };
        let read = |spelling, answers: Option<Vec<Value>>| {
            suggestions::read(typed, limit, spelling, &known, &answers.unwrap_or_default())
        };
        let exact = read(Spelling::Exact, answers);
        if !suggestions::is_little(&exact) {
            return Ok(exact);
        }
        let requests = suggestions::requests(typed, limit, Spelling::Forgiving);
        Ok(read(Spelling::Forgiving, self.ask(index, &requests).await?))
    }

    /// The engine's answers to some searches; none where there is nothing to search in, since the
    /// shop has no products.
    async fn ask(
        &self,
        index: &Index,
        requests: &[Value],
    ) -> Result<Option<Vec<Value>>, SearchError> {
        if requests.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut answers = index.search(requests).await?;
        if !answers.iter().all(is_whole) {
            // An index that is taken away while it is searched has a successor already.
            answers = index.search(requests).await?;
        }
        if answers.iter().any(|answer| answer.status == 404) {
            return if self.sells_anything().await? {
                Err(SearchError::NoIndex)
            } else {
                Ok(None)
            };
        }
        if let Some(partial) = answers.iter().find(|it| it.is_good() && !is_whole(it)) {
            let shards = partial.body["_shards"].to_string();
            return Err(EngineError::Unavailable(shards.into()).into());
        }
        let answers = answers.into_iter().map(EngineAnswer::good);
        Ok(Some(answers.collect::<Result<_, _>>()?))
    }

    async fn sells_anything(&self) -> Result<bool, SearchError> {
        let mut place = Some(SweepPlace::default());
        while let Some(at) = place {
            let swept = self.products.sweep(at).await?;
            if !swept.ids.is_empty() {
                return Ok(true);
            }
            place = swept.next;
        }
        Ok(false)
    }

    async fn rules(&self) -> Result<Arc<RuleSet>, SearchError> {
        let read = async { Ok(RuleSet::new(self.search.store.rules().await?)) };
        self.known.rules.get(read).await
    }

    async fn tree(&self) -> Result<Arc<Tree>, SearchError> {
        self.tree_not_older(TREE_FOR).await
    }

    async fn tree_not_older(&self, than: Duration) -> Result<Arc<Tree>, SearchError> {
        let read = async { Ok(Arc::unwrap_or_clone(self.products.categories().await?)) };
        self.known.tree.not_older(than, read).await
    }

    async fn popular(&self) -> Result<Arc<Popular>, SearchError> {
        let read = async { Ok(self.search.store.most_of_week().await?) };
        self.known.popular.get(read).await
    }

    fn note(&self, searched: Option<Searched>) {
        let uncounted = &self.known.uncounted;
        let mut uncounted = uncounted.lock().unwrap_or_else(PoisonError::into_inner);
        uncounted.extend(searched);
        let over = uncounted.len().saturating_sub(UNCOUNTED);
        uncounted.drain(..over);
    }

    /// Counts the searches before this one, while the engine is at work: so nobody waits for it.
    /// Those that cannot be counted now are forgotten, and so is the last one of an instance.
    async fn count(&self) {
        let uncounted = std::mem::take(
            &mut *self
                .known
                .uncounted
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let mut counted = HashSet::new();
        for searched in &uncounted {
            if counted.insert((&searched.words, &searched.caller)) {
                let _ = self.search.store.count_search(searched).await;
            }
        }
    }
}

/// Whether an answer is about every part of the index.
fn is_whole(answer: &EngineAnswer) -> bool {
    let failed = answer.body.pointer("/_shards/failed");
    answer.status != 404
        && failed.and_then(Value::as_u64).unwrap_or(0) == 0
        && answer.body["timed_out"] != true
}

fn category_of(tree: &Tree, id_or_slug: &str) -> Option<CategoryId> {
    let category = match CategoryId::parse(id_or_slug) {
        Ok(id) => tree.get(id),
        Err(_) => tree.by_slug(id_or_slug),
    };
    category.map(|category| category.id)
}
