//! Administration of users, for the back office: a library without routes of its own.

use aws::Answered;
use kernel::{Cursor, CursorError, Limit, Page, Role, Timestamp, UserId, text};

use crate::Auth;
use crate::audit::{self, Action, Actor, Broken, Record};
use crate::changing::{Tries, hold};
use crate::error::AuthError;
use crate::store::{By, Listing};
use crate::user::{AdminChanges, Status, User};

/// Which users an administrator asks for.
#[derive(Debug, Clone, Default)]
pub struct UserQuery {
    /// How the address or the name starts.
    pub q: Option<String>,
    /// Only those of a role.
    pub role: Option<Role>,
    /// Only those of a status.
    pub status: Option<Status>,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// How many there are on a page.
    pub limit: Limit,
}

impl Auth {
    /// Users: the newest first, or those whose address or name starts as asked, first by address,
    /// then by name. A page may be short while there is another.
    ///
    /// # Errors
    /// A cursor of another query.
    pub async fn users(&self, asked: &UserQuery) -> Result<Page<User>, AuthError> {
        let started = asked.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
        let (role, status) = (asked.role, asked.status);
        let fingerprint = format!("users {started:?} {role:?} {status:?}");
        let from = opened::<(usize, Option<String>)>(asked.cursor.as_ref(), &fingerprint)?;
        let (mut stage, mut after) = from.unwrap_or_default();
        // An address is kept in lower case, a name without case.
        let stages = match started {
            None => vec![By::Created],
            Some(q) => vec![
                By::Email(q.to_ascii_lowercase()),
                By::Name(text::sort_key(q)),
            ],
        };
        let limit = asked.limit.as_usize();
        let mut found: Vec<User> = Vec::new();
        while let Some(by) = stages.get(stage) {
            let listing = Listing {
                by: by.clone(),
                role,
                status,
                after: after.take(),
                limit: limit - found.len(),
            };
            let listed = self.store.list_users(&listing).await?;
            // Whom the address had found already, the name does not find again.
            let is_new = |user: &User| match (by, stages.first()) {
                (By::Name(_), Some(By::Email(start))) => !user.email.canonical().starts_with(start),
                _ => true,
            };
            found.extend(listed.users.into_iter().filter(is_new));
            after = listed.next;
            if after.is_some() {
                break;
            }
            stage += 1;
            if found.len() >= limit {
                break;
            }
        }
        let more = stage < stages.len();
        let next = more.then(|| Cursor::seal(&(stage, after), &fingerprint));
        Ok(Page {
            items: found,
            next: next.transpose().map_err(invalid)?,
        })
    }

    /// A user, erased or not.
    ///
    /// # Errors
    /// When there is none.
    pub async fn user(&self, id: UserId) -> Result<User, AuthError> {
        self.store.user(id).await?.ok_or(AuthError::NotFound)
    }

    /// Changes a user as an administrator, on record. Another role or status holds from the user's
    /// next request on.
    ///
    /// # Errors
    /// Another version than the one asked for; the last admin; a user who was erased.
    pub async fn administer(
        &self,
        id: UserId,
        asked: &AdminChanges,
        version: Option<u64>,
        actor: Actor,
        answered: &Answered<User>,
        at: Timestamp,
    ) -> Result<User, AuthError> {
        let mut tries = Tries::default();
        loop {
            let before = self.user(id).await?;
            if before.status == Status::Erased {
                return Err(AuthError::NotFound);
            }
            hold(version, before.version)?;
            let after = before.administered(asked, at);
            if after == before {
                return Ok(after);
            }
            let recorded = self
                .store
                .recorded(&before, after, actor, Action::Administered)
                .await?;
            if tries.is_made(self.store.administer(&recorded, answered).await)? {
                return Ok(recorded.after().clone());
            }
        }
    }

    /// What was done to any user before a time, the latest first.
    ///
    /// # Errors
    /// A cursor of another query.
    pub async fn audit_trail(
        &self,
        before: Timestamp,
        cursor: Option<&Cursor>,
        limit: Limit,
    ) -> Result<Page<Record>, AuthError> {
        let after = opened(cursor, TRAIL)?;
        let trail = self.store.trail(before, after, limit.as_usize()).await?;
        let next = trail.next.map(|place| Cursor::seal(&place, TRAIL));
        Ok(Page {
            items: self.store.opened(trail.records).await?,
            next: next.transpose().map_err(invalid)?,
        })
    }

    /// Everything that was done to a user, the first first.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn audit_of(&self, id: UserId) -> Result<Vec<Record>, AuthError> {
        let records = self.store.records(id).await?;
        Ok(self.store.opened(records).await?)
    }

    /// Whether the records of a user are those that were written, all of them and no others.
    ///
    /// # Errors
    /// When the table fails, or there is no such user.
    pub async fn verify_chain(&self, id: UserId) -> Result<Result<(), Broken>, AuthError> {
        let mut head = self.user(id).await?.audited;
        loop {
            let records = self.store.records(id).await?;
            let now = self.user(id).await?.audited;
            // Where a record came in between, what was read is of two moments.
            if now == head {
                return Ok(audit::verify(&records, &head));
            }
            head = now;
        }
    }
}

/// The list of all records has one query.
const TRAIL: &str = "audit";

fn opened<T: serde::de::DeserializeOwned>(
    cursor: Option<&Cursor>,
    fingerprint: &str,
) -> Result<Option<T>, AuthError> {
    let place = cursor.map(|cursor| cursor.open(fingerprint));
    place.transpose().map_err(invalid)
}

fn invalid(error: CursorError) -> AuthError {
    AuthError::invalid("/cursor", error)
}

#[cfg(test)]
mod tests;
