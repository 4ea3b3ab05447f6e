//! Keeping the rules of queries.

use aws::Answered;
use kernel::Timestamp;

use crate::Search;
use crate::error::SearchError;
use crate::rules::{Effect, Rule, RuleId};
use crate::store::StoreError;

/// What a rule is asked to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// What it does.
    pub effect: Effect,
    /// Whether it does it.
    pub enabled: bool,
    /// Why it is there.
    pub note: Option<String>,
}

impl Search {
    /// All rules, the oldest first.
    ///
    /// # Errors
    /// The table's.
    pub async fn rules(&self) -> Result<Vec<Rule>, SearchError> {
        let mut rules = self.store.rules().await?;
        rules.sort_by_key(|rule| (rule.created_at, rule.id));
        Ok(rules)
    }

    /// Makes a rule.
    ///
    /// # Errors
    /// There are as many as there may be; the table's.
    pub async fn create_rule(
        &self,
        wanted: Wanted,
        answered: &Answered<Rule>,
        at: Timestamp,
    ) -> Result<Rule, SearchError> {
        let rule = Rule {
            id: RuleId::derive(&answered.id().to_string(), "rule"),
            effect: wanted.effect,
            enabled: wanted.enabled,
            note: wanted.note,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        self.store.create_rule(&rule, answered).await?;
        Ok(rule)
    }

    /// Makes a rule another one, whole.
    ///
    /// # Errors
    /// There is none of the id; it has another version than the one asked for; somebody else was
    /// faster; the table's.
    pub async fn change_rule(
        &self,
        id: RuleId,
        wanted: Wanted,
        version: Option<u64>,
        answered: &Answered<Rule>,
        at: Timestamp,
    ) -> Result<Rule, SearchError> {
        let before = self.rule(id, version).await?;
        let rule = Rule {
            effect: wanted.effect,
            enabled: wanted.enabled,
            note: wanted.note,
            version: before.version + 1,
            updated_at: at,
            ..before
        };
        match self.store.change_rule(&rule, answered).await {
            Ok(()) => Ok(rule),
            Err(error) => Err(self.of_writing(id, version, error).await),
        }
    }

    /// Removes a rule.
    ///
    /// # Errors
    /// There is none of the id; it has another version than the one asked for; somebody else was
    /// faster; the table's.
    pub async fn delete_rule(
        &self,
        id: RuleId,
        version: Option<u64>,
        answered: &Answered<()>,
    ) -> Result<(), SearchError> {
        let rule = self.rule(id, version).await?;
        match self.store.delete_rule(&rule, answered).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.of_writing(id, version, error).await),
        }
    }

    /// Why a rule could not be written: what was true when it was read need not be any more.
    async fn of_writing(&self, id: RuleId, version: Option<u64>, error: StoreError) -> SearchError {
        match (error, self.rule(id, version).await) {
            (StoreError::Stale, Err(error)) => error,
            (error, _) => error.into(),
        }
    }

    async fn rule(&self, id: RuleId, version: Option<u64>) -> Result<Rule, SearchError> {
        let rule = self.store.rule(id).await?.ok_or(SearchError::NotFound)?;
        match version {
            Some(wanted) if wanted != rule.version => Err(SearchError::Changed {
                current: rule.version,
            }),
            _ => Ok(rule),
        }
    }
}
