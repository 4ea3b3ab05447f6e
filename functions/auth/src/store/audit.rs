//! Records of what was done to users, and the keys of what is personal in them.

use std::collections::HashMap;

use aws::{Answered, Condition, Item, Key, TableError, Transaction};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::users::{self, SEPARATOR, partition};
use super::{Store, StoreError};
use crate::audit::{Action, Actor, Change, Record};
use crate::sealed::{SealingKey, Unsealable, random};
use crate::user::User;

const RECORD: &str = "record";
const AUDIT_KEY: &str = "audit-key";
/// Records' places start so.
pub(super) const PREFIX: &str = "audit#";
/// Months in a row that a page of all records looks into for some.
const MONTHS: u32 = 24;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RecordItem {
    user_id: UserId,
    number: u64,
    actor: Actor,
    action: Action,
    at: Timestamp,
    changes: Vec<Change>,
    previous: String,
    hash: String,

    // The keys of the index by time.
    audit_month: String,
    audit_time: String,
}

impl Item for RecordItem {
    const TYPE: &'static str = "audit";

    fn key(&self) -> Key {
        // Twelve digits, so that places sort as numbers do.
        let place = format!("{PREFIX}{:012}", self.number);
        Key::new(partition(self.user_id), place)
    }
}

impl From<&Record> for RecordItem {
    fn from(record: &Record) -> Self {
        let at = record.at.to_string();
        Self {
            user_id: record.user,
            number: record.number,
            actor: record.actor,
            action: record.action,
            at: record.at,
            changes: record.changes.clone(),
            previous: record.previous.clone(),
            hash: record.hash.clone(),
            audit_month: month(record.at),
            audit_time: format!("{at}{SEPARATOR}{}#{:012}", record.user, record.number),
        }
    }
}

impl From<RecordItem> for Record {
    fn from(item: RecordItem) -> Self {
        Self {
            number: item.number,
            user: item.user_id,
            actor: item.actor,
            action: item.action,
            at: item.at,
            changes: item.changes,
            previous: item.previous,
            hash: item.hash,
        }
    }
}

/// The key of what is personal in a user's records. An erasure deletes it, and with it every
/// word that it sealed, here and in backups that are restored without it.
#[derive(Clone, Serialize, Deserialize)]
struct AuditKeyItem {
    user_id: UserId,
    key: String,
}

impl std::fmt::Debug for AuditKeyItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AuditKeyItem").field(&self.user_id).finish()
    }
}

impl Item for AuditKeyItem {
    const TYPE: &'static str = "audit-key";

    fn key(&self) -> Key {
        key_of(self.user_id)
    }
}

fn key_of(user: UserId) -> Key {
    Key::new(partition(user), "audit-key")
}

impl AuditKeyItem {
    fn make(user: UserId) -> Result<Self, Unsealable> {
        let bytes: [u8; SealingKey::LENGTH] = random()?;
        Ok(Self {
            user_id: user,
            key: STANDARD_NO_PAD.encode(bytes),
        })
    }

    fn open(&self) -> Result<SealingKey, Unsealable> {
        let bytes = STANDARD_NO_PAD.decode(&self.key).map_err(|_| Unsealable)?;
        SealingKey::of_bytes(&bytes.try_into().map_err(|_| Unsealable)?)
    }
}

/// A change of a user, with the record of it.
#[derive(Debug)]
pub struct Recorded {
    before: User,
    after: User,
    record: Record,
    new_key: Option<AuditKeyItem>,
}

impl Recorded {
    /// The user as it will be written.
    pub const fn after(&self) -> &User {
        &self.after
    }
}

/// A part of the records of all users, the latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// The records.
    pub records: Vec<Record>,
    /// The last place that was looked at; none at the end.
    pub next: Option<(String, String)>,
}

impl Store {
    /// The record of a change that is to be made.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn recorded(
        &self,
        before: &User,
        mut after: User,
        actor: Actor,
        action: Action,
    ) -> Result<Recorded, StoreError> {
        let kept: Option<AuditKeyItem> = self.table().get(key_of(before.id)).await?;
        let (key, is_new) = match kept {
            Some(key) => (key, false),
            None => (AuditKeyItem::make(before.id).map_err(fault)?, true),
        };
        let opened = key.open().map_err(fault)?;
        let next = Record::next(before, &after, actor, action, &opened);
        let (record, head) = next.map_err(fault)?;
        after.audited = head;
        let seals = record.changes.iter().any(|change| change.personal);
        Ok(Recorded {
            before: before.clone(),
            after,
            record,
            new_key: (is_new && seals).then_some(key),
        })
    }

    /// The part of a transaction that writes a user and the record of why.
    pub(super) fn write_recorded(
        &self,
        write: Transaction,
        recorded: &Recorded,
    ) -> Result<Transaction, StoreError> {
        let Recorded {
            before,
            after,
            record,
            new_key,
        } = recorded;
        let write = self.write_user(write, Some(before), after)?;
        let write = write.put(RECORD, &RecordItem::from(record), Condition::absent());
        Ok(match new_key {
            Some(key) => write.put(AUDIT_KEY, key, Condition::absent()),
            None => write,
        })
    }

    /// Writes a user as an administrator wants it, with the record.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the user is not what it was; [`StoreError::LastAdmin`].
    pub async fn administer(
        &self,
        recorded: &Recorded,
        answered: &Answered<User>,
    ) -> Result<(), StoreError> {
        self.write_recorded(self.table().transaction(), recorded)?
            .once(answered, &recorded.after)
            .commit()
            .await
            .map_err(users::refusal)
    }

    /// Everything that was done to a user, the first first, as it is kept.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn records(&self, user: UserId) -> Result<Vec<Record>, StoreError> {
        let records = self.table().query(partition(user)).prefix(PREFIX);
        let records = records.consistent().run::<RecordItem>().await?;
        Ok(records.items.into_iter().map(Record::from).collect())
    }

    /// What was done to any user, the latest first: at most so many records before a place, or
    /// before a time. It looks into a month after the other, and stops where some in a row are
    /// empty.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn trail(
        &self,
        from: Timestamp,
        after: Option<(String, String)>,
        limit: usize,
    ) -> Result<Trail, StoreError> {
        const LAST: &str = "\u{10ffff}";
        let index = super::listing::index("audit-by-time")?;
        let (mut month, mut before) = after.unwrap_or((month(from), from.to_string()));
        let mut records = Vec::new();
        for _ in 0..MONTHS {
            let query = self.table().query(month.as_str()).index(index);
            let query = query
                .before(before)
                .descending()
                .limit(limit - records.len());
            let slice = query.run::<RecordItem>().await?;
            let last = slice.items.last().map(|item| item.audit_time.clone());
            records.extend(slice.items.into_iter().map(Record::from));
            if records.len() == limit
                && let Some(last) = last
            {
                let next = Some((month, last));
                return Ok(Trail { records, next });
            }
            month = month_before(&month);
            before = LAST.to_owned();
        }
        Ok(Trail {
            records,
            next: None,
        })
    }

    /// Records with what is personal opened, where their users were not erased.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn opened(&self, records: Vec<Record>) -> Result<Vec<Record>, StoreError> {
        let personal = |record: &&Record| record.changes.iter().any(|change| change.personal);
        let users = records.iter().filter(personal).map(|record| record.user);
        let mut users: Vec<_> = users.collect();
        users.sort_unstable();
        users.dedup();
        let keys: Vec<_> = users.into_iter().map(key_of).collect();
        let keys: Vec<AuditKeyItem> = self.table().batch_get(&keys).await?;
        let open = |item: AuditKeyItem| Some((item.user_id, item.open().ok()?));
        let keys: HashMap<_, _> = keys.into_iter().filter_map(open).collect();
        Ok(records
            .into_iter()
            .map(|record| {
                let key = keys.get(&record.user);
                record.opened(key)
            })
            .collect())
    }
}

/// The month of a time: `2026-11`.
fn month(at: Timestamp) -> String {
    let mut month = at.to_string();
    month.truncate(7);
    month
}

fn month_before(month: &str) -> String {
    let read = month.split_once('-');
    let read = read.and_then(|(year, month)| Some((year.parse().ok()?, month.parse().ok()?)));
    let (year, month): (u32, u32) = read.unwrap_or((0, 1));
    if month > 1 {
        format!("{year:04}-{:02}", month - 1)
    } else {
        format!("{:04}-12", year.saturating_sub(1))
    }
}

fn fault(why: Unsealable) -> StoreError {
    StoreError::Table(TableError::Fault(Box::new(why)))
}

#[cfg(test)]
mod tests;
