//! Sessions, and the devices that they began on.

use std::time::Duration;

use aws::{Condition, Item, Key, TableError, Update, decode};
use contracts::auth::SignedInFromNewDevice;
use kernel::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::users::partition;
use super::{Store, StoreError, Written};
use crate::session::{RefreshToken, SecretHash, Session};

/// How long a device is remembered after a sign-in.
const REMEMBERED: Duration = Duration::from_hours(400 * 24);

const DEVICE: &str = "device";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SessionItem {
    id: SessionId,
    user_id: UserId,
    epoch: u64,
    secret: SecretHash,
    began_at: Timestamp,
    refreshed_at: Timestamp,
    revoked: bool,
    expires: i64,
}

impl Item for SessionItem {
    const TYPE: &'static str = "session";

    fn key(&self) -> Key {
        session_key(self.user_id, self.id)
    }
}

impl From<&Session> for SessionItem {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id,
            user_id: session.user,
            epoch: session.epoch,
            secret: session.secret.clone(),
            began_at: session.began_at,
            refreshed_at: session.refreshed_at,
            revoked: session.revoked,
            expires: session.expires.seconds(),
        }
    }
}

impl From<SessionItem> for Session {
    fn from(item: SessionItem) -> Self {
        Self {
            id: item.id,
            user: item.user_id,
            epoch: item.epoch,
            secret: item.secret,
            began_at: item.began_at,
            refreshed_at: item.refreshed_at,
            expires: Timestamp::from_seconds(item.expires),
            revoked: item.revoked,
        }
    }
}

/// A device that was seen.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DeviceItem {
    user_id: UserId,
    device: String,
    expires: i64,
}

impl DeviceItem {
    pub(super) fn seen(user: UserId, device: &str, at: Timestamp) -> Self {
        Self {
            user_id: user,
            device: device.to_owned(),
            expires: at.plus(REMEMBERED).seconds(),
        }
    }
}

impl Item for DeviceItem {
    const TYPE: &'static str = "device";

    fn key(&self) -> Key {
        device_key(self.user_id, &self.device)
    }
}

/// Sessions' places start so.
const SESSION: &str = "session#";

fn session_key(user: UserId, id: SessionId) -> Key {
    Key::new(partition(user), format!("{SESSION}{id}"))
}

fn device_key(user: UserId, device: &str) -> Key {
    Key::new(partition(user), format!("device#{device}"))
}

/// What came of exchanging a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// The session goes on with the next token.
    Done(Session),
    /// The token, or another of its session, was used before: the session has ended.
    Reused,
    /// There is no such session any more.
    Over,
}

impl Store {
    /// Whether a device of the user was seen before.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn knows_device(
        &self,
        user: UserId,
        device: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let item: Option<DeviceItem> = self.table().get(device_key(user, device)).await?;
        Ok(item.is_some_and(|item| item.expires > at.seconds()))
    }

    /// Begins a session. On a device that was not seen before the user is told by mail.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn begin_session(
        &self,
        session: &Session,
        new_device: Option<&str>,
        written: &Written,
    ) -> Result<(), StoreError> {
        let item = SessionItem::from(session);
        if let Some(device) = new_device {
            let unseen = Condition::absent()
                .or(Condition::expression("expires <= :now").value(":now", written.at.seconds()));
            let told = SignedInFromNewDevice {
                user_id: session.user,
                session_id: session.id,
            };
            let device = DeviceItem::seen(session.user, device, written.at);
            let write = self.table().transaction();
            let outcome = write
                .put("session", &item, Condition::absent())
                .put(DEVICE, &device, unseen)
                .publish(&written.envelope(told))
                .commit()
                .await;
            match outcome {
                // Two sign-ins at once: the other one has told.
                Err(error) if error.refused(DEVICE) => {}
                outcome => return Ok(outcome?),
            }
        }
        Ok(self.table().put(&item, Condition::none()).await?)
    }

    /// Exchanges a refresh token for the next: one write, of which only one of many succeeds. A
    /// token that is not the session's good one was good once, so it is in two hands: the session
    /// is revoked.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn exchange(
        &self,
        token: &RefreshToken,
        next: &RefreshToken,
        life: Duration,
        at: Timestamp,
    ) -> Result<Exchange, StoreError> {
        let key = session_key(token.user, token.session);
        let good = "secret = :token AND expires > :now AND revoked = :no";
        let good = Condition::expression(good)
            .value(":token", token.hash())
            .value(":now", at.seconds())
            .value(":no", false);
        let update = Update::new()
            .set("secret", next.hash())
            .set("refreshed_at", at)
            .set("expires", at.plus(life).seconds())
            .when(good);
        let standing = match self.table().update(key.clone(), update).await {
            Ok(item) => return Ok(Exchange::Done(decode::<SessionItem>(item)?.into())),
            Err(TableError::Refused { item }) => item,
            Err(error) => return Err(error.into()),
        };
        let Some(item) = standing else {
            return Ok(Exchange::Over);
        };
        let session = Session::from(decode::<SessionItem>(item)?);
        if session.expires.seconds() <= at.seconds() {
            return Ok(Exchange::Over);
        }
        if session.secret == next.hash() && !session.revoked {
            // The write arrived, its answer was lost, and the SDK sent it again.
            return Ok(Exchange::Done(session));
        }
        let revoke = Update::new()
            .set("revoked", true)
            .when(Condition::present());
        match self.table().update(key, revoke).await {
            Ok(_) | Err(TableError::Refused { .. }) => Ok(Exchange::Reused),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn end_session(&self, user: UserId, id: SessionId) -> Result<(), StoreError> {
        let key = session_key(user, id);
        Ok(self.table().delete(key, Condition::none()).await?)
    }

    /// Until when each device of the user is remembered.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn devices(&self, user: UserId) -> Result<Vec<Timestamp>, StoreError> {
        let query = self.table().query(partition(user)).prefix("device#");
        let items = query.run::<DeviceItem>().await?.items;
        let until = |item: DeviceItem| Timestamp::from_seconds(item.expires);
        Ok(items.into_iter().map(until).collect())
    }

    /// The sessions that are kept of a user, over or not, the oldest first, at most so many.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn sessions(&self, user: UserId, most: usize) -> Result<Vec<Session>, StoreError> {
        let query = self.table().query(partition(user)).prefix(SESSION);
        let slice = query.limit(most).run::<SessionItem>().await?;
        Ok(slice.items.into_iter().map(Session::from).collect())
    }
}

#[cfg(test)]
mod tests;
