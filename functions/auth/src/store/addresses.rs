//! Address books.

use aws::{Answered, Condition, Item, Key, Transaction, TransactionError, Update};
use futures_util::try_join;
use kernel::{AddressId, CountryCode, Phone, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::users::{is_active, partition, user_key};
use super::{Store, StoreError};
use crate::address::{Address, Book, Entry, MOST, Place};

const ADDRESS: &str = "address";
const BOOK: &str = "book";
const OWNER: &str = "owner";
/// Addresses' places start so.
const PREFIX: &str = "address#";

#[derive(Debug, Clone, Serialize, Deserialize)]
struct AddressItem {
    id: AddressId,
    user_id: UserId,
    name: String,
    line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line2: Option<String>,
    city: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    country: CountryCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<Phone>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Item for AddressItem {
    const TYPE: &'static str = "address";

    fn key(&self) -> Key {
        address_key(self.user_id, self.id)
    }
}

/// What a book is counted by. It is made with the first address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BookItem {
    user_id: UserId,
    count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_id: Option<AddressId>,
    /// Rises with everything that comes, goes or becomes the default.
    pub(super) version: u64,
}

impl Item for BookItem {
    const TYPE: &'static str = "address-book";

    fn key(&self) -> Key {
        book_key(self.user_id)
    }
}

fn address_key(user: UserId, id: AddressId) -> Key {
    Key::new(partition(user), format!("{PREFIX}{id}"))
}

pub(super) fn book_key(user: UserId) -> Key {
    Key::new(partition(user), "address-book")
}

impl AddressItem {
    fn of(user: UserId, address: &Address) -> Self {
        let place = address.place.clone();
        Self {
            id: address.id,
            user_id: user,
            name: place.name,
            line1: place.line1,
            line2: place.line2,
            city: place.city,
            region: place.region,
            postal_code: place.postal_code,
            country: place.country,
            phone: place.phone,
            version: address.version,
            created_at: address.created_at,
            updated_at: address.updated_at,
        }
    }
}

impl From<AddressItem> for Address {
    fn from(item: AddressItem) -> Self {
        Self {
            id: item.id,
            place: Place {
                name: item.name,
                line1: item.line1,
                line2: item.line2,
                city: item.city,
                region: item.region,
                postal_code: item.postal_code,
                country: item.country,
                phone: item.phone,
            },
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

impl Store {
    /// An address of a user.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn address(
        &self,
        user: UserId,
        id: AddressId,
    ) -> Result<Option<Address>, StoreError> {
        let item: Option<AddressItem> = self.table().get(address_key(user, id)).await?;
        Ok(item.map(Address::from))
    }

    /// A user's addresses.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn book(&self, user: UserId) -> Result<Book, StoreError> {
        let addresses = self.table().query(partition(user)).prefix(PREFIX);
        let addresses = addresses.consistent().run::<AddressItem>();
        let (book, addresses) = try_join!(self.table().get::<BookItem>(book_key(user)), addresses)?;
        Ok(Book {
            addresses: addresses.items.into_iter().map(Address::from).collect(),
            default: book.and_then(|book| book.default_id),
        })
    }

    /// Puts an address into a book, while there is room and its owner is there.
    ///
    /// # Errors
    /// [`StoreError::BookFull`]; [`StoreError::Stale`] when the book has another default than it
    /// had, or the owner has gone.
    pub async fn add_address(
        &self,
        user: UserId,
        book: &Book,
        entry: &Entry,
        answered: &Answered<Entry>,
    ) -> Result<(), StoreError> {
        let id = entry.address.id;
        let room = Condition::expression("attribute_not_exists(count) OR count < :most")
            .value(":most", MOST);
        let update = Update::new()
            .making::<BookItem>()
            .set("user_id", user)
            .add("count", 1);
        let default = if entry.is_default {
            Some(id)
        } else {
            book.default
        };
        let update = new_default(update, book.default, default).when(room);
        let item = AddressItem::of(user, &entry.address);
        let write = self
            .table()
            .transaction()
            .put(ADDRESS, &item, Condition::absent())
            .update(BOOK, book_key(user), update)
            .check(OWNER, user_key(user), is_active());
        let outcome = write.once(answered, entry).commit().await;
        outcome.map_err(|error| {
            if is_full(&error) {
                StoreError::BookFull
            } else {
                error.into()
            }
        })
    }

    /// Writes an address in place of what it was, and what becomes of the default.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when address or default are not what they were.
    pub async fn change_address(
        &self,
        user: UserId,
        before: (&Book, &Address),
        after: (Option<AddressId>, &Entry),
        answered: &Answered<Entry>,
    ) -> Result<(), StoreError> {
        let (book, address) = before;
        let (default, entry) = after;
        let same = Condition::version(address.version);
        let write = self.table().transaction();
        let write = if entry.address == *address {
            write.check(ADDRESS, address_key(user, address.id), same)
        } else {
            write.put(ADDRESS, &AddressItem::of(user, &entry.address), same)
        };
        let write = write_default(write, user, book.default, default);
        Ok(write.once(answered, entry).commit().await?)
    }

    /// Takes an address out of a book.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when address or default are not what they were.
    pub async fn remove_address(
        &self,
        user: UserId,
        book: &Book,
        address: &Address,
        answered: &Answered<()>,
    ) -> Result<(), StoreError> {
        let default = book.default.filter(|&default| default != address.id);
        let update = Update::new().add("count", -1);
        let update = new_default(update, book.default, default).when(Condition::present());
        let same = Condition::version(address.version);
        let write = self
            .table()
            .transaction()
            .delete(ADDRESS, address_key(user, address.id), same)
            .update(BOOK, book_key(user), update);
        Ok(write.once(answered, &()).commit().await?)
    }
}

fn write_default(
    write: Transaction,
    user: UserId,
    before: Option<AddressId>,
    after: Option<AddressId>,
) -> Transaction {
    if before == after {
        return write;
    }
    let update = new_default(Update::new(), before, after).when(Condition::present());
    write.update(BOOK, book_key(user), update)
}

/// Moves the default of a book that still has the one it had. Where it stays, whatever it has by
/// now is left alone.
fn new_default(update: Update, before: Option<AddressId>, after: Option<AddressId>) -> Update {
    let update = update.add("version", 1);
    if before == after {
        return update;
    }
    let same = match before {
        Some(id) => Condition::expression("default_id = :id").value(":id", id),
        None => Condition::expression("attribute_not_exists(default_id)"),
    };
    let update = match after {
        Some(id) => update.set("default_id", id),
        None => update.remove("default_id"),
    };
    update.when(same)
}

/// Whether a book was refused for being full rather than for having another default.
fn is_full(error: &TransactionError) -> bool {
    let book = error.refusal(BOOK).and_then(|refusal| refusal.item.clone());
    let book = book.and_then(|item| aws::decode::<BookItem>(item).ok());
    book.is_some_and(|book| book.count >= MOST)
}
