//! Rules, jobs and what is searched for, as they are stored.

use aws::{Item, Key};
use kernel::{JobId, Timestamp};
use serde::{Deserialize, Serialize};

use super::searched::Day;
use crate::job::{Drift, Job, Kind, Status, Step, Tally};
use crate::rules::{Effect, Rule, RuleId};

/// The partition of rules.
pub(super) const RULES: &str = "rules";
/// How long a job can be looked at, in seconds.
const JOB_KEPT_S: i64 = 30 * 24 * 3600;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RuleItem {
    id: RuleId,
    effect: Effect,
    enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

pub(super) fn rule_key(id: RuleId) -> Key {
    Key::new(RULES, id.to_string())
}

impl Item for RuleItem {
    const TYPE: &'static str = "rule";

    fn key(&self) -> Key {
        rule_key(self.id)
    }
}

impl From<&Rule> for RuleItem {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id,
            effect: rule.effect.clone(),
            enabled: rule.enabled,
            note: rule.note.clone(),
            version: rule.version,
            created_at: rule.created_at,
            updated_at: rule.updated_at,
        }
    }
}

impl From<RuleItem> for Rule {
    fn from(item: RuleItem) -> Self {
        Self {
            id: item.id,
            effect: item.effect,
            enabled: item.enabled,
            note: item.note,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// How many rules there are, so that there are never too many.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RuleCount {
    pub count: i64,
}

pub(super) fn rule_count_key() -> Key {
    Key::new(RULES, "~count")
}

impl Item for RuleCount {
    const TYPE: &'static str = "rule-count";

    fn key(&self) -> Key {
        rule_count_key()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct JobItem {
    id: JobId,
    kind: Kind,
    status: Status,
    /// The step in JSON: nothing asks the table for a part of it.
    next: String,
    run: u64,
    version: u64,
    tally: Tally,
    drift: Drift,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    expires: i64,
}

pub(super) fn job_key(id: JobId) -> Key {
    Key::new(format!("job#{id}"), "job")
}

impl Item for JobItem {
    const TYPE: &'static str = "job";

    fn key(&self) -> Key {
        job_key(self.id)
    }
}

impl JobItem {
    pub(super) fn of(job: &Job) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id: job.id,
            kind: job.kind,
            status: job.status,
            next: serde_json::to_string(&job.next)?,
            run: job.run,
            version: job.version,
            tally: job.tally,
            drift: job.drift,
            reason: job.reason.clone(),
            created_at: job.created_at,
            updated_at: job.updated_at,
            expires: job.created_at.seconds() + JOB_KEPT_S,
        })
    }

    pub(super) fn job(self) -> Result<Job, serde_json::Error> {
        let next: Step = serde_json::from_str(&self.next)?;
        Ok(Job {
            id: self.id,
            kind: self.kind,
            status: self.status,
            next,
            run: self.run,
            version: self.version,
            tally: self.tally,
            drift: self.drift,
            reason: self.reason,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// The rebuild that is at work. There is one at a time: two would take each other's index away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RunningRebuild {
    pub job_id: JobId,
}

pub(super) fn running_key() -> Key {
    Key::new("rebuild", "rebuild")
}

impl Item for RunningRebuild {
    const TYPE: &'static str = "running-rebuild";

    fn key(&self) -> Key {
        running_key()
    }
}

/// Who searched for something on a day, as hashes that tell nobody who it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SearchedItem {
    pub words: String,
    pub day: Day,
    #[serde(default)]
    pub callers: Vec<String>,
    pub expires: i64,
}

pub(super) fn searched_partition(day: Day, shard: u8) -> String {
    format!("{}{day}#{shard}", manifest::resources::SEARCHED)
}

impl Item for SearchedItem {
    const TYPE: &'static str = "searched";

    fn key(&self) -> Key {
        super::searched::key(self.day, &self.words)
    }
}

/// What was searched for most, with by how many.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PopularItem {
    /// A day, or `week`.
    pub of: String,
    pub queries: Vec<(String, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
}

pub(super) fn popular_key(of: &str) -> Key {
    Key::new("popular", of)
}

impl Item for PopularItem {
    const TYPE: &'static str = "popular";

    fn key(&self) -> Key {
        popular_key(&self.of)
    }
}
