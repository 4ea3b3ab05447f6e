//! Lists of users, read off the indexes and merged.

use aws::{Condition, Slice, TableError};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Role, UserId};
use manifest::Index;
use manifest::resources::AUTH;
use serde::Deserialize;

use super::users::{SEPARATOR, SHARDS, UserItem, shard, user_key};
use super::{Store, StoreError};
use crate::user::{Status, User};

/// Before and after every place.
const FIRST: &str = "\u{1}";
const LAST: &str = "\u{10ffff}";

/// Which users are listed, and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// All of them, the newest first.
    Created,
    /// Those whose address starts so, in the order of the addresses.
    Email(String),
    /// Those whose name starts so, in the order of the names.
    Name(String),
}

/// A list of users that is asked for.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Which, and in which order.
    pub by: By,
    /// Only those of a role.
    pub role: Option<Role>,
    /// Only those of a status.
    pub status: Option<Status>,
    /// Behind a place that an earlier list ended at.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The users.
    pub users: Vec<User>,
    /// Where it ended; none at the list's end. It may end before its limit: what a filter leaves
    /// out is read all the same, and reading is bounded.
    pub next: Option<String>,
}

/// A place in an index, by whichever of its keys the index sorts by.
#[derive(Debug, Deserialize)]
struct Row {
    created: Option<String>,
    email_key: Option<String>,
    name_key: Option<String>,
}

/// What was read of one partition.
struct Lane {
    places: Vec<String>,
    /// How far it was read, where there is more.
    horizon: Option<String>,
}

impl Store {
    /// A list of users, as the indexes have it: an index lags a moment behind.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn list_users(&self, listing: &Listing) -> Result<Listed, StoreError> {
        let (index, partitions) = lanes(listing)?;
        let lanes = partitions
            .into_iter()
            .map(|partition| self.lane(index, partition, listing));
        let lanes = stream::iter(lanes.collect::<Vec<_>>()).buffer_unordered(SHARDS as usize);
        let lanes: Vec<Lane> = lanes.try_collect().await?;
        let (places, next) = merged(lanes, listing.descends(), listing.limit);
        let ids = places.iter().filter_map(|place| id_of(place));
        let keys: Vec<_> = ids.map(user_key).collect();
        let users: Vec<UserItem> = self.table().batch_get(&keys).await?;
        let users = users.into_iter().map(User::from);
        // The index may still have what a user was a moment ago.
        let users = users.filter(|user| listing.lists(user)).collect();
        Ok(Listed { users, next })
    }

    async fn lane(
        &self,
        index: &'static Index,
        partition: String,
        listing: &Listing,
    ) -> Result<Lane, StoreError> {
        let after = listing.after.as_deref();
        let (least, most) = match &listing.by {
            By::Created => (FIRST.to_owned(), after.unwrap_or(LAST).to_owned()),
            By::Email(start) | By::Name(start) => {
                let least = if start.is_empty() { FIRST } else { start };
                let least = after.filter(|after| *after > least).unwrap_or(least);
                (least.to_owned(), format!("{start}{LAST}"))
            }
        };
        if least > most {
            return Ok(Lane {
                places: Vec::new(),
                horizon: None,
            });
        }
        let query = self.table().query(partition).index(index);
        let query = query.between(least, most).filter(listing.filter());
        let query = if listing.descends() {
            query.descending()
        } else {
            query
        };
        // One more, because the place that it starts from is read again.
        let slice: Slice<Row> = query.limit(listing.limit + 1).project().await?;
        let horizon = slice.last.as_ref().and_then(|last| last.get(index.sort));
        let horizon = horizon.map(str::to_owned);
        let place = |row: Row| match listing.by {
            By::Created => row.created,
            By::Email(_) => row.email_key,
            By::Name(_) => row.name_key,
        };
        let places = slice.items.into_iter().filter_map(place);
        let places = places.filter(|place| Some(place.as_str()) != after);
        Ok(Lane {
            places: places.collect(),
            horizon,
        })
    }
}

impl Listing {
    const fn descends(&self) -> bool {
        matches!(self.by, By::Created)
    }

    fn filter(&self) -> Condition {
        let role = self.role.map_or_else(Condition::none, |role| {
            Condition::expression("role = :role").value(":role", role)
        });
        let status = self.status.map_or_else(Condition::none, |status| {
            Condition::expression("status = :status").value(":status", status)
        });
        role.and(status)
    }

    fn lists(&self, user: &User) -> bool {
        self.role.is_none_or(|role| role == user.role)
            && self.status.is_none_or(|status| status == user.status)
    }
}

/// The index and the partitions that have a list. Few users are staff, and few are not active:
/// they have partitions of their own, so that nobody reads a million shoppers to find three
/// managers.
fn lanes(listing: &Listing) -> Result<(&'static Index, Vec<String>), StoreError> {
    let shards = (0..SHARDS).map(shard).collect();
    match (&listing.by, listing.role, listing.status) {
        (By::Email(_), _, _) => Ok((index("users-by-email")?, shards)),
        (By::Name(_), _, _) => Ok((index("users-by-name")?, shards)),
        (By::Created, Some(role @ (Role::Admin | Role::Manager)), _) => {
            Ok((index("staff-by-created")?, vec![role.as_str().to_owned()]))
        }
        (By::Created, _, Some(status @ (Status::Suspended | Status::Erased))) => {
            let partition = vec![status.as_str().to_owned()];
            Ok((index("inactive-by-created")?, partition))
        }
        (By::Created, _, _) => Ok((index("users-by-created")?, shards)),
    }
}

/// The first places of all lanes together, and where the list goes on. Behind the nearest horizon
/// nothing is known of some lane, so no place behind it is taken.
fn merged(lanes: Vec<Lane>, descends: bool, limit: usize) -> (Vec<String>, Option<String>) {
    let horizons = lanes.iter().filter_map(|lane| lane.horizon.clone());
    let horizon = if descends {
        horizons.max()
    } else {
        horizons.min()
    };
    let is_known = |place: &String| match &horizon {
        Some(horizon) if descends => place >= horizon,
        Some(horizon) => place <= horizon,
        None => true,
    };
    let places = lanes.into_iter().flat_map(|lane| lane.places);
    let mut places: Vec<_> = places.filter(is_known).collect();
    places.sort_unstable();
    if descends {
        places.reverse();
    }
    if places.len() > limit {
        places.truncate(limit);
        let next = places.last().cloned();
        return (places, next);
    }
    (places, horizon)
}

fn id_of(place: &str) -> Option<UserId> {
    let (_, id) = place.rsplit_once(SEPARATOR)?;
    UserId::parse(id).ok()
}

/// The table's index of this name.
pub(super) fn index(name: &str) -> Result<&'static Index, StoreError> {
    let index = AUTH.indexes.iter().find(|index| index.name == name);
    index.ok_or_else(|| {
        let missing = format!("no index {name}");
        StoreError::Table(TableError::Fault(missing.into()))
    })
}

#[cfg(test)]
mod tests;
