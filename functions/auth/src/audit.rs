//! The record of what was done to a user: who, what, when, from what to what.
//!
//! Each record holds the hash of the one before it, and the user's own row the hash of the last
//! with the number of all: a record that was changed, taken out, put in or cut off at the end no
//! longer fits. What says something about the person is kept sealed with a key of the user's own,
//! which an erasure deletes; the chain is of what is kept, and holds after an erasure too.
//!
//! The chain shows an edit of records. Somebody who may write the whole table can make all of it
//! anew, as with any chain whose last hash is not kept elsewhere: the outbox and the table's backups
//! are.

use kernel::{Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::sealed::{SealingKey, Unsealable};
use crate::user::{AuditHead, User};

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub enum Actor {
    /// A user: an administrator, or the one it was done to.
    User(UserId),
    /// The deployment itself, such as what seeds a stage.
    System,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 1.
    pub number: u64,
    /// To whom it was done.
    pub user: UserId,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// When.
    pub at: Timestamp,
    /// What became of which field.
    pub changes: Vec<Change>,
    /// The hash of the record before; empty for the first.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Action {
    /// Staff changed role, status or name.
    Administered,
    /// The user asked for a second factor at sign-in.
    SecondFactorOn,
    /// The user gave it up.
    SecondFactorOff,
    /// The user's personal data was erased.
    Erased,
}

impl Action {
    /// As it stands in the chain.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Administered => "administered",
            Self::SecondFactorOn => "second-factor-on",
            Self::SecondFactorOff => "second-factor-off",
            Self::Erased => "erased",
        }
    }
}

/// What became of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field, as clients know it.
    pub field: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
    /// Whether both are sealed, because they say something about the person.
    pub personal: bool,
}

/// Why a chain does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A record is not what its hash says, or does not follow the one before.
    #[error("record {0} was changed, or one before it is missing")]
    At(u64),
    /// The records do not end where the user's row says.
    #[error("the records end at {0}, and the user's row says otherwise")]
    End(u64),
}

impl Record {
    /// The next record of a user, and where the chain then ends.
    ///
    /// # Errors
    /// When something personal cannot be sealed.
    pub fn next(
        before: &User,
        after: &User,
        actor: Actor,
        action: Action,
        key: &SealingKey,
    ) -> Result<(Self, AuditHead), Unsealable> {
        let mut record = Self {
            number: before.audited.length + 1,
            user: before.id,
            actor,
            action,
            at: after.updated_at,
            changes: changes(before, after, key)?,
            previous: before.audited.hash.clone(),
            hash: String::new(),
        };
        record.hash = record.digest();
        let head = AuditHead {
            length: record.number,
            hash: record.hash.clone(),
        };
        Ok((record, head))
    }

    /// The record with what is personal opened; after an erasure there is no key, and it stays out.
    #[must_use]
    pub fn opened(mut self, key: Option<&SealingKey>) -> Self {
        for change in self.changes.iter_mut().filter(|change| change.personal) {
            let about = about(self.user);
            for value in [&mut change.before, &mut change.after] {
                let plain = key.and_then(|key| key.open(value, &about).ok());
                let plain = plain.and_then(|plain| String::from_utf8(plain).ok());
                *value = plain.unwrap_or_default();
            }
        }
        self
    }

    /// The hash of everything but the hash. Each part is preceded by its length, so that no two
    /// records run together alike.
    fn digest(&self) -> String {
        let actor = match self.actor {
            Actor::User(id) => id.to_string(),
            Actor::System => "system".to_owned(),
        };
        let mut parts = vec![
            self.previous.clone(),
            self.number.to_string(),
            self.user.to_string(),
            actor,
            self.action.as_str().to_owned(),
            self.at.to_string(),
        ];
        for change in &self.changes {
            let personal = change.personal.to_string();
            let Change {
                field,
                before,
                after,
                ..
            } = change.clone();
            parts.extend([field, before, after, personal]);
        }
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Holds a user's records to each other and to where they must end.
///
/// # Errors
/// Where the chain breaks.
pub fn verify(records: &[Record], head: &AuditHead) -> Result<(), Broken> {
    let mut so_far = AuditHead::default();
    for record in records {
        let follows = record.number == so_far.length + 1 && record.previous == so_far.hash;
        if !follows || record.hash != record.digest() {
            return Err(Broken::At(so_far.length + 1));
        }
        so_far = AuditHead {
            length: record.number,
            hash: record.hash.clone(),
        };
    }
    if so_far == *head {
        Ok(())
    } else {
        Err(Broken::End(so_far.length))
    }
}

/// What differs between a user before and after. Of an erasure the personal part is not told: that
/// it is gone is what the record is about.
fn changes(before: &User, after: &User, key: &SealingKey) -> Result<Vec<Change>, Unsealable> {
    let open = [
        ("role", before.role.as_str(), after.role.as_str()),
        ("status", before.status.as_str(), after.status.as_str()),
        (
            "mfaEnabled",
            told(before.mfa_enabled),
            told(after.mfa_enabled),
        ),
    ];
    let mut changes = Vec::new();
    for (field, was, is) in open {
        if was != is {
            changes.push(Change {
                field: field.to_owned(),
                before: was.to_owned(),
                after: is.to_owned(),
                personal: false,
            });
        }
    }
    if before.name != after.name && !after.name.is_empty() {
        let about = about(before.id);
        changes.push(Change {
            field: "name".to_owned(),
            before: key.seal(before.name.as_bytes(), &about)?,
            after: key.seal(after.name.as_bytes(), &about)?,
            personal: true,
        });
    }
    Ok(changes)
}

const fn told(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// What personal values are sealed about.
fn about(user: UserId) -> String {
    format!("audit of {user}")
}

#[cfg(test)]
mod tests;
