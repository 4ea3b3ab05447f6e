//! Counters of tries.

use aws::{Condition, Item, Key, TableError, Update, decode};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::throttle::{Counter, Limit, Window};

#[derive(Debug, Serialize, Deserialize)]
struct AttemptsItem {
    counter: String,
    count: u32,
    until_ms: i64,
    expires: i64,
}

impl Item for AttemptsItem {
    const TYPE: &'static str = "attempts";

    fn key(&self) -> Key {
        place(&self.counter)
    }
}

impl From<AttemptsItem> for Window {
    fn from(item: AttemptsItem) -> Self {
        Self {
            count: item.count,
            until: Timestamp::from_millis(item.until_ms),
        }
    }
}

fn place(counter: &str) -> Key {
    Key::new(format!("attempts#{counter}"), "attempts")
}

pub(super) fn key(counter: &Counter) -> Key {
    place(counter.name())
}

fn is_over(now: Timestamp) -> Condition {
    Condition::absent().or(Condition::expression("until_ms <= :now").value(":now", now.millis()))
}

fn takes_more(limit: Limit) -> Condition {
    Condition::expression("count < :most").value(":most", limit.most)
}

impl Store {
    /// The window that stands, whether it has ended or not.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn window(&self, counter: &Counter) -> Result<Option<Window>, StoreError> {
        let item: Option<AttemptsItem> = self.table().get(key(counter)).await?;
        Ok(item.map(Window::from))
    }

    /// Counts a try: the window with it, or as an error the window that takes no more.
    ///
    /// However many try at once, a window takes no more than its limit: each count is a
    /// conditional write.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn count(
        &self,
        counter: &Counter,
        limit: Limit,
        now: Timestamp,
    ) -> Result<Result<Window, Window>, StoreError> {
        loop {
            let open = Condition::expression("until_ms > :now").value(":now", now.millis());
            let update = Update::new()
                .add("count", 1)
                .when(open.and(takes_more(limit)));
            let standing = match self.table().update(key(counter), update).await {
                Ok(item) => return Ok(Ok(decode::<AttemptsItem>(item)?.into())),
                Err(TableError::Refused { item }) => item,
                Err(error) => return Err(error.into()),
            };
            let standing = standing.map(decode::<AttemptsItem>).transpose()?;
            let standing = standing.map(Window::from);
            if let Some(window) = standing.filter(|window| window.is_closed(limit, now)) {
                return Ok(Err(window));
            }
            let first = Window {
                count: 1,
                until: now.plus(limit.window),
            };
            let item = AttemptsItem {
                counter: counter.name().to_owned(),
                count: first.count,
                until_ms: first.until.millis(),
                expires: first.until.seconds() + 1,
            };
            match self.table().put(&item, is_over(now)).await {
                Ok(()) => return Ok(Ok(first)),
                // Somebody else opened a window meanwhile.
                Err(error) if error.is_refused() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Forgets the tries that were counted, unless there were too many by now: then it tells the
    /// window that is closed. So a right guess among many at once counts only while it is one of
    /// the first, as if they had come one after the other.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn forget(
        &self,
        counter: &Counter,
        limit: Limit,
        now: Timestamp,
    ) -> Result<Result<(), Window>, StoreError> {
        let condition = is_over(now).or(takes_more(limit));
        match self.table().delete(key(counter), condition).await {
            Ok(()) => Ok(Ok(())),
            Err(TableError::Refused { item: Some(item) }) => {
                Ok(Err(decode::<AttemptsItem>(item)?.into()))
            }
            Err(TableError::Refused { item: None }) => Ok(Ok(())),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
