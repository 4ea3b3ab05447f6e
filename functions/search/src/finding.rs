//! Searching: for products, and for what a query that is being typed may become.

use std::sync::Mutex;
use std::time::Duration;

use products::category::Tree;

use crate::Finder;
use crate::cached::Cached;
use crate::rules::RuleSet;
use crate::store::{Popular, Searched};

/// How long an instance goes on with the rules that it read. A new one is in force everywhere
/// after this.
const RULES_FOR: Duration = Duration::from_secs(5);
/// How long it goes on with the category tree.
const TREE_FOR: Duration = Duration::from_secs(20);
/// How long it goes on with what is popular, which changes once an hour.
const POPULAR_FOR: Duration = Duration::from_mins(2);

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

impl Finder {
    /// Opens the connections and reads what every search needs, while the function starts. What is
    /// down now may be up when it is asked for.
    pub(crate) async fn warm(&self) {}
}
