//! Reading and writing the category tree.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use aws::{Answered, Condition, Transaction, TransactionError, Update, decode};
use contracts::Envelope;
use contracts::products::CategoryChanged;
use kernel::{CategoryId, EventId, Timestamp};
use serde::de::IgnoredAny;

use super::category_items::{
    CATEGORIES, COUNTS, CategoryItem, CategorySlugClaim, CountItem, GATES, Gate, TREE, TreePart,
    category_key, category_slug_key, count_key, gate_key, open_category, tree_key, tree_part,
};
use super::product_items::members;
use super::{Store, StoreError, Written};
use crate::categories::Shelf;
use crate::category::{Category, Tree};

/// How long a category takes nothing in while it is being deleted. No function that deletes runs
/// as long, so whoever finds it open again knows that the deletion was given up.
const CLOSING: Duration = Duration::from_secs(30);

const CATEGORY: &str = "category";
const PARENT: &str = "parent";
const ABOVE: &str = "above";
const SLUG: &str = "slug";

impl Store {
    /// All categories, as the last writes left them.
    pub async fn tree(&self) -> Result<Arc<Tree>, StoreError> {
        // The version first: a change in between makes the tree newer than its version says, and
        // a decision made of it is refused. The other way round it would pass.
        let version = self.tree_version().await?;
        let items = self.table().query(CATEGORIES).prefix("cat_").consistent();
        let items = items.run::<CategoryItem>().await?.items;
        let tree = Arc::new(Tree::new(version, items.into_iter().map(Category::from)));
        *self.tree.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&tree));
        Ok(tree)
    }

    /// All categories, read only when they have changed since this function read them last.
    pub async fn known_tree(&self) -> Result<Arc<Tree>, StoreError> {
        let version = self.tree_version().await?;
        let known = self
            .tree
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match known {
            Some(tree) if tree.version() == version => Ok(tree),
            _ => self.tree().await,
        }
    }

    /// Whether there is such a category, or was: into one that was deleted nothing gets all the
    /// same, for its gates stay closed.
    pub(super) async fn has_category(&self, id: CategoryId) -> Result<bool, StoreError> {
        let seen = |id| {
            self.seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&id)
        };
        Ok(seen(id) || self.finds_category(id).await?)
    }

    /// One category alone, as the last write left it.
    pub async fn category(&self, id: CategoryId) -> Result<Option<Category>, StoreError> {
        let found: Option<CategoryItem> = self.table().get(category_key(id)).await?;
        Ok(found.map(Category::from))
    }

    /// Whether there is such a category.
    pub(super) async fn finds_category(&self, id: CategoryId) -> Result<bool, StoreError> {
        let found: Option<CategoryItem> = self.table().get(category_key(id)).await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if found.is_some() {
            seen.insert(id);
        } else {
            seen.remove(&id);
        }
        Ok(found.is_some())
    }

    /// The sum of the parts. Each only rises, so a sum that is the same is of the same parts.
    async fn tree_version(&self) -> Result<u64, StoreError> {
        let parts = self.table().query(CATEGORIES).prefix(TREE);
        let parts = parts.consistent().run::<TreePart>().await?.items;
        Ok(parts.iter().map(|part| part.version).sum())
    }

    /// How many active products hang on each category itself.
    pub async fn category_counts(&self) -> Result<HashMap<CategoryId, u64>, StoreError> {
        let items = self.table().query(COUNTS).run::<CountItem>().await?.items;
        let count = |item: &CountItem| u64::try_from(item.count).unwrap_or(0);
        Ok(items
            .iter()
            .map(|item| (item.category_id, count(item)))
            .collect())
    }

    /// Writes a new category.
    pub async fn create_category(
        &self,
        category: &Category,
        answered: &Answered<Shelf>,
        shelf: &Shelf,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let write = self.table().transaction().put(
            CATEGORY,
            &CategoryItem::from(category),
            Condition::absent(),
        );
        let write = claim_slug(raise_tree(write, category.id), None, category);
        let write = match category.parent_id {
            Some(parent) => {
                let (key, open) = open_category(parent, at);
                write.check(PARENT, key, open)
            }
            None => write,
        };
        write.once(answered, shelf).commit().await.map_err(refusal)
    }

    /// Writes a category in place of what it was. A move also holds to where everything above its
    /// new place hangs, so that two moves at once cannot make a circle, and moves that have nothing
    /// to do with each other do not meet. A name is nothing that a known tree is asked for, so a
    /// change of it leaves the tree's version alone.
    pub async fn change_category(
        &self,
        before: &Category,
        answered: &Answered<Shelf>,
        shelf: &Shelf,
        written: &Written,
    ) -> Result<(), StoreError> {
        let after = &shelf.category;
        let same = Condition::version(before.version);
        let mut write = self
            .table()
            .transaction()
            .put(CATEGORY, &CategoryItem::from(after), same)
            .publish(&changed(after, written));
        if (&before.slug, before.parent_id) != (&after.slug, after.parent_id) {
            write = raise_tree(write, after.id);
        }
        write = claim_slug(write, Some(before), after);
        if before.parent_id != after.parent_id {
            write = hold_above(write, after.id, &shelf.shelves.tree, written.at);
        }
        let outcome = write.once(answered, shelf).commit().await;
        outcome.map_err(|error| refused_move(error, written.at))
    }

    /// Deletes a category that nothing hangs on.
    ///
    /// First it is closed, and all its gates: every transaction that puts something into it checks
    /// the one or the other. What was put in before is then seen, and what comes after is refused.
    /// A run that dies in between leaves it closed for half a minute and no longer.
    pub async fn delete_category(
        &self,
        category: &Category,
        answered: &Answered<()>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let until = at.plus(CLOSING).millis();
        let same = Condition::version(category.version);
        let close = Update::new().set("closing_until", until).when(same);
        let write = self.table().transaction();
        let write = write.update(CATEGORY, category_key(category.id), close);
        let write = close_gates(write, category.id, until);
        write.commit().await.map_err(refusal)?;
        let outcome = self.delete_closed(category, answered, until).await;
        if outcome.is_err() {
            self.open_again(category.id, until).await?;
        }
        outcome
    }

    async fn delete_closed(
        &self,
        category: &Category,
        answered: &Answered<()>,
        until: i64,
    ) -> Result<(), StoreError> {
        if self.holds_anything(category.id).await? {
            return Err(StoreError::NotEmpty);
        }
        let same = Condition::version(category.version);
        let write = self
            .table()
            .transaction()
            .delete(CATEGORY, category_key(category.id), closed(until).and(same))
            .delete(SLUG, category_slug_key(&category.slug), Condition::none())
            .delete("count", count_key(category.id), Condition::none());
        let write = raise_tree(write, category.id);
        let write = close_gates(write, category.id, Timestamp::MAX.millis());
        write.once(answered, &()).commit().await.map_err(refusal)
    }

    /// Opens a category that was closed until then and is not deleted. Whoever changed it meanwhile
    /// has taken the mark from it, and left its gates closed. Refused twice, it is somebody else's
    /// to open, who closed it later, or is gone.
    async fn open_again(&self, id: CategoryId, until: i64) -> Result<(), StoreError> {
        let key = || category_key(id);
        let open = Update::new().remove("closing_until").when(closed(until));
        let marked = self.table().transaction().update(CATEGORY, key(), open);
        let not_ours =
            Condition::expression("attribute_not_exists(closing_until) OR closing_until <> :until");
        let not_ours = not_ours.value(":until", until);
        let changed = self.table().transaction().check(CATEGORY, key(), not_ours);
        for write in [marked, changed] {
            match open_gates(write, id, until).commit().await {
                Ok(()) => break,
                Err(TransactionError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Whether a product that is not archived, or another category, hangs on a category.
    async fn holds_anything(&self, id: CategoryId) -> Result<bool, StoreError> {
        let member = self
            .table()
            .query(members(id))
            .prefix("product#")
            .limit(1)
            .consistent();
        if !member.project::<IgnoredAny>().await?.items.is_empty() {
            return Ok(true);
        }
        Ok(!self.tree().await?.children(Some(id)).is_empty())
    }
}

/// That a category is closed until this moment, which is by whom it was closed then.
fn closed(until: i64) -> Condition {
    Condition::expression("closing_until = :until").value(":until", until)
}

pub(super) fn close_gates(write: Transaction, category_id: CategoryId, until: i64) -> Transaction {
    (0..GATES).fold(write, |write, gate| {
        let gate = Gate {
            category_id,
            gate,
            closed_until: until,
        };
        write.put("gate", &gate, Condition::none())
    })
}

pub(super) fn open_gates(write: Transaction, category_id: CategoryId, until: i64) -> Transaction {
    let ours = Condition::expression("closed_until = :until").value(":until", until);
    (0..GATES).fold(write, |write, gate| {
        write.delete("gate", gate_key(category_id, gate), ours.clone())
    })
}

/// What others are told of a category that was renamed or moved.
fn changed(category: &Category, written: &Written) -> Envelope<CategoryChanged> {
    let id = EventId::derive(&category.id.to_string(), &category.version.to_string());
    let event = CategoryChanged {
        id: category.id,
        version: category.version,
        name: category.name.clone(),
        slug: category.slug.clone(),
        parent_id: category.parent_id,
    };
    Envelope::new(id, written.at, event).traced(written.traceparent.clone())
}

/// Every change but that of a name raises the tree's version, so that a tree once read is known to
/// be current in all that it is asked for.
fn raise_tree(write: Transaction, category: CategoryId) -> Transaction {
    let part = tree_part(category);
    let rise = Update::new().making::<TreePart>().set("part", part);
    write.update("tree", tree_key(part), rise.add("version", 1))
}

fn claim_slug(write: Transaction, before: Option<&Category>, after: &Category) -> Transaction {
    let held = before.map(|category| &category.slug);
    if held == Some(&after.slug) {
        return write;
    }
    let claim = CategorySlugClaim {
        slug: after.slug.clone(),
        category_id: after.id,
    };
    let write = write.put(SLUG, &claim, Condition::absent());
    match held {
        Some(slug) => write.delete("own-slug", category_slug_key(slug), Condition::none()),
        None => write,
    }
}

/// Holds a move to everything above the new place: each hangs where the tree says, and the first
/// takes something in. They are no more than a tree is deep.
fn hold_above(mut write: Transaction, id: CategoryId, tree: &Tree, at: Timestamp) -> Transaction {
    let mut path = tree.path(id);
    path.pop();
    for (level, above) in path.into_iter().rev().enumerate() {
        let hangs = match above.parent_id {
            Some(parent) => Condition::expression("parent_id = :above").value(":above", parent),
            None => Condition::expression("attribute_not_exists(parent_id)"),
        };
        let (key, open) = open_category(above.id, at);
        write = if level == 0 {
            write.check(PARENT, key, open.and(hangs))
        } else {
            write.check(ABOVE, key, Condition::present().and(hangs))
        };
    }
    write
}

/// A parent that is there and takes things in was refused for hanging elsewhere by now.
fn refused_move(error: TransactionError, at: Timestamp) -> StoreError {
    let parent = error.refusal(PARENT);
    let parent = parent.and_then(|refusal| refusal.item.clone());
    let parent = parent.and_then(|item| decode::<CategoryItem>(item).ok());
    let is_open = |parent: Category| parent.closing_until.is_none_or(|until| until < at);
    if parent.map(Category::from).is_some_and(is_open) {
        return StoreError::Stale;
    }
    refusal(error)
}

fn refusal(error: TransactionError) -> StoreError {
    if error.refused(CATEGORY) || error.refused(ABOVE) {
        StoreError::Stale
    } else if error.refused(SLUG) {
        StoreError::SlugTaken
    } else if error.refused(PARENT) {
        StoreError::NoCategory
    } else {
        error.into()
    }
}
