//! Keeping address books.

use aws::{Answered, Aws, StartError, Table};
use edge::App;
use kernel::{AddressId, Timestamp, UserId};
use manifest::resources;

use crate::Auth;
use crate::address::{Address, Book, Changes, Entry, Place};
use crate::changing::{Tries, hold};
use crate::error::AuthError;
use crate::store::Store;

/// The address books alone, for a service that sends things to them: it needs nothing else of
/// accounts, and its functions stay small.
#[derive(Debug)]
pub struct AddressBooks {
    store: Store,
}

impl App for AddressBooks {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let table = aws.table(&resources::AUTH)?;
        // A function starts without its table too, and answers 503 until it is back.
        let _ = table.warm().await;
        Ok(Self {
            store: Store::new(table, None),
        })
    }

    fn table(&self) -> Option<&Table> {
        Some(self.store.table())
    }
}

impl AddressBooks {
    /// An address in a user's book.
    ///
    /// # Errors
    /// There is none of this id in this book.
    pub async fn address(&self, user: UserId, id: AddressId) -> Result<Address, AuthError> {
        let found = self.store.address(user, id).await?;
        found.ok_or(AuthError::NotFound)
    }
}

impl Auth {
    /// A user's addresses.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn book(&self, user: UserId) -> Result<Book, AuthError> {
        Ok(self.store.book(user).await?)
    }

    /// Puts an address into a user's book.
    ///
    /// # Errors
    /// Rules of its country that it breaks; a full book.
    pub async fn add_address(
        &self,
        user: UserId,
        asked: &Changes,
        answered: &Answered<Entry>,
        at: Timestamp,
    ) -> Result<Entry, AuthError> {
        let id = AddressId::derive(&answered.id().to_string(), "address");
        let address = Address {
            id,
            place: Place::create(asked).map_err(AuthError::Invalid)?,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        let mut tries = Tries::default();
        loop {
            self.active(user).await?;
            let book = self.store.book(user).await?;
            let default = book.default_with(id, asked.default, true);
            let entry = Entry {
                address: address.clone(),
                is_default: default == Some(id),
            };
            let added = self.store.add_address(user, &book, &entry, answered);
            if tries.is_made(added.await)? {
                return Ok(entry);
            }
        }
    }

    /// Changes an address.
    ///
    /// # Errors
    /// Rules of its country that it breaks; another version than the one asked for.
    pub async fn change_address(
        &self,
        user: UserId,
        id: AddressId,
        asked: &Changes,
        version: Option<u64>,
        answered: &Answered<Entry>,
        at: Timestamp,
    ) -> Result<Entry, AuthError> {
        let mut tries = Tries::default();
        loop {
            let book = self.store.book(user).await?;
            let before = book.entry(id).ok_or(AuthError::NotFound)?;
            hold(version, before.address.version)?;
            let default = book.default_with(id, asked.default, false);
            let after = Entry {
                address: before
                    .address
                    .changed(asked, at)
                    .map_err(AuthError::Invalid)?,
                is_default: default == Some(id),
            };
            if after == before {
                return Ok(after);
            }
            let was = (&book, &before.address);
            let changed = self
                .store
                .change_address(user, was, (default, &after), answered);
            if tries.is_made(changed.await)? {
                return Ok(after);
            }
        }
    }

    /// Takes an address out of a user's book.
    ///
    /// # Errors
    /// Another version than the one asked for.
    pub async fn remove_address(
        &self,
        user: UserId,
        id: AddressId,
        version: Option<u64>,
        answered: &Answered<()>,
    ) -> Result<(), AuthError> {
        let mut tries = Tries::default();
        loop {
            let book = self.store.book(user).await?;
            let entry = book.entry(id).ok_or(AuthError::NotFound)?;
            hold(version, entry.address.version)?;
            let removed = self
                .store
                .remove_address(user, &book, &entry.address, answered);
            if tries.is_made(removed.await)? {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
