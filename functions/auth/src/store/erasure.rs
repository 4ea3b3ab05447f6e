//! Erasing a user.

use aws::{Answered, Condition, Key};
use contracts::auth::UserErased;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::addresses::{BookItem, book_key};
use super::audit::PREFIX as RECORD;
use super::users::{self, partition, user_key};
use super::{Recorded, Store, StoreError, Written};

const ITEM: &str = "item";
const BOOK: &str = "book";
/// What signed in somewhere: it may be much, and is worth nothing when the user is gone.
const LOOSE: [&str; 2] = ["session#", "device#"];
/// Deletions at once.
const AT_ONCE: usize = 8;

impl Store {
    /// Erases a user: what signed in first, then all else in the one transaction that empties the
    /// user's row, frees the address and tells the others. Who dies in between has signed the user
    /// out, and the same request erases the rest.
    ///
    /// A session that begins while this runs is good for nothing, since its epoch is over, and is
    /// removed when it expires.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the user or the address book are not what they were;
    /// [`StoreError::LastAdmin`].
    pub async fn erase(
        &self,
        recorded: &Recorded,
        answered: &Answered<()>,
        written: &Written,
    ) -> Result<(), StoreError> {
        let user = recorded.after().id;
        let book: Option<BookItem> = self.table().get(book_key(user)).await?;
        let items = self.table().query(partition(user)).consistent();
        let items = items.project::<Key>().await?.items;
        let stays = |key: &Key| *key == user_key(user) || key.sk.starts_with(RECORD);
        let items = items.into_iter().filter(|key| !stays(key));
        let (loose, rest): (Vec<Key>, Vec<Key>) =
            items.partition(|key| LOOSE.iter().any(|start| key.sk.starts_with(start)));
        let gone = loose
            .into_iter()
            .map(|key| self.table().delete(key, Condition::none()));
        let gone = stream::iter(gone.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        gone.try_collect::<()>().await?;

        let write = self.write_recorded(self.table().transaction(), recorded)?;
        // An address that comes now is refused for its owner, one that came since the items were
        // read for the book's version.
        let same = book.map_or_else(Condition::absent, |book| Condition::version(book.version));
        let write = write.delete(BOOK, book_key(user), same);
        let rest = rest.into_iter().filter(|key| *key != book_key(user));
        let write = rest.fold(write, |write, key| {
            write.delete(ITEM, key, Condition::none())
        });
        write
            .publish(&written.envelope(UserErased { user_id: user }))
            .once(answered, &())
            .commit()
            .await
            .map_err(users::refusal)
    }
}
