//! Keeping the category tree.

use std::collections::HashMap;
use std::sync::Arc;

use aws::Answered;
use kernel::{CategoryId, Slug, Timestamp, words};

use crate::Products;
use crate::category::{Category, Misplaced, NAME_MAX, Tree};
use crate::error::ProductsError;
use crate::retry::Tries;
use crate::store::{StoreError, Written};

/// What a category is asked to be; `None` is as before.
#[derive(Debug, Clone, Default)]
pub struct CategoryChanges {
    /// Its name.
    pub name: Option<String>,
    /// Its name in URLs; made of the name for a new one.
    pub slug: Option<Slug>,
    /// The category it is to be a part of; `Some(None)` is the top.
    pub parent_id: Option<Option<CategoryId>>,
}

/// A category as it stands in the tree.
#[derive(Debug)]
pub struct Shelf {
    /// Which one.
    pub category: Category,
    /// The tree, with the category as it is.
    pub shelves: Shelves,
}

/// The whole tree, with the active products of each category and what is below it.
#[derive(Debug)]
pub struct Shelves {
    /// The tree.
    pub tree: Arc<Tree>,
    /// The products of each category that has any.
    pub products: HashMap<CategoryId, u64>,
}

impl Products {
    /// The whole tree.
    ///
    /// # Errors
    /// The table's.
    pub async fn shelves(&self) -> Result<Shelves, ProductsError> {
        let (tree, own) = futures_util::try_join!(self.store.tree(), self.store.category_counts())?;
        let products = tree.totals(&own);
        Ok(Shelves { tree, products })
    }

    /// Makes a category.
    ///
    /// # Errors
    /// Fields that break rules; a slug that was asked for and is taken.
    pub async fn create_category(
        &self,
        asked: &CategoryChanges,
        answered: &Answered<Shelf>,
        at: Timestamp,
    ) -> Result<Shelf, ProductsError> {
        let id = CategoryId::derive(&answered.id().to_string(), "category");
        let name = checked_name(asked.name.as_deref())?;
        let made = asked.slug.is_none();
        let slug = match &asked.slug {
            Some(slug) => slug.clone(),
            None => made_slug(&name, id)?,
        };
        let mut category = Category {
            id,
            name,
            slug,
            parent_id: asked.parent_id.flatten(),
            version: 1,
            closing_until: None,
            created_at: at,
            updated_at: at,
        };
        let shelves = self.shelves().await?;
        shelves
            .tree
            .may_hang(None, category.parent_id)
            .map_err(misplaced)?;
        let shelf = shelves.with(category.clone());
        match self
            .store
            .create_category(&category, answered, &shelf, at)
            .await
        {
            Err(StoreError::SlugTaken) if made => {}
            outcome => return outcome.map(|()| shelf).map_err(of_parent),
        }
        category.slug = category.slug.with_suffix(&tail(id)?);
        let shelf = shelf.shelves.with(category.clone());
        let outcome = self
            .store
            .create_category(&category, answered, &shelf, at)
            .await;
        outcome.map(|()| shelf).map_err(of_parent)
    }

    /// Changes or moves a category.
    ///
    /// # Errors
    /// Fields that break rules; a slug that is taken; a place below itself; another version than
    /// the one asked for.
    pub async fn change_category(
        &self,
        id: CategoryId,
        asked: &CategoryChanges,
        version: Option<u64>,
        answered: &Answered<Shelf>,
        written: &Written,
    ) -> Result<Shelf, ProductsError> {
        let mut tries = Tries::default();
        let Shelves {
            mut tree,
            mut products,
        } = self.shelves().await?;
        loop {
            let shelves = Shelves {
                tree: Arc::clone(&tree),
                products: products.clone(),
            };
            let before = current(&tree, id, version)?;
            let mut after = before.clone();
            if asked.name.is_some() {
                after.name = checked_name(asked.name.as_deref())?;
            }
            if let Some(slug) = &asked.slug {
                after.slug = slug.clone();
            }
            if let Some(parent) = asked.parent_id {
                after.parent_id = parent;
            }
            if after == *before {
                return Ok(shelves.with(after));
            }
            if after.parent_id != before.parent_id {
                tree.may_hang(Some(id), after.parent_id)
                    .map_err(misplaced)?;
            }
            after.version += 1;
            after.updated_at = written.at.max(before.updated_at);
            // Whoever is deleting it finds that it has changed.
            after.closing_until = None;
            let shelf = shelves.with(after);
            let outcome = self
                .store
                .change_category(before, answered, &shelf, written);
            match outcome.await {
                Ok(()) => return Ok(shelf),
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(of_parent(error)),
            }
            match self.store.category(id).await? {
                // The rest may be as it was: what hangs where is held to when it matters.
                Some(now) if now != *before => tree = Arc::new(tree.with(now)),
                _ => Shelves { tree, products } = self.shelves().await?,
            }
        }
    }

    /// Deletes a category that nothing hangs on.
    ///
    /// # Errors
    /// Something hangs on it; another version than the one asked for.
    pub async fn delete_category(
        &self,
        id: CategoryId,
        version: Option<u64>,
        answered: &Answered<()>,
        at: Timestamp,
    ) -> Result<(), ProductsError> {
        let mut tries = Tries::default();
        loop {
            let tree = self.store.tree().await?;
            let category = current(&tree, id, version)?;
            match self.store.delete_category(category, answered, at).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Shelves {
    /// The same shelves with one category as it is now.
    fn with(self, category: Category) -> Shelf {
        let mut shelves = self;
        shelves.tree = Arc::new(shelves.tree.with(category.clone()));
        Shelf { category, shelves }
    }
}

fn current(tree: &Tree, id: CategoryId, version: Option<u64>) -> Result<&Category, ProductsError> {
    let category = tree.get(id).ok_or(ProductsError::NotFound)?;
    let current = category.version;
    if version.is_some_and(|version| version != current) {
        return Err(ProductsError::Changed { current });
    }
    Ok(category)
}

fn checked_name(name: Option<&str>) -> Result<String, ProductsError> {
    let name = name.unwrap_or_default().trim();
    if let Some(rule) = words::broken_line(name) {
        return Err(ProductsError::invalid("/name", rule));
    }
    if name.chars().count() > NAME_MAX {
        let rule = format!("must have at most {NAME_MAX} characters");
        return Err(ProductsError::invalid("/name", rule));
    }
    Ok(name.to_owned())
}

fn made_slug(name: &str, id: CategoryId) -> Result<Slug, ProductsError> {
    match Slug::from_name(name) {
        Some(slug) => Ok(slug),
        None => tail(id),
    }
}

/// The last eight characters of an id, which are random: a slug of their own.
fn tail(id: CategoryId) -> Result<Slug, ProductsError> {
    let id = id.to_string();
    Slug::parse(&id[id.len() - 8..])
        .map_err(|_| ProductsError::invalid("/slug", "must be given, for none can be made"))
}

fn misplaced(why: Misplaced) -> ProductsError {
    match why {
        Misplaced::Cycle => ProductsError::CategoryCycle,
        Misplaced::NoParent | Misplaced::TooDeep => ProductsError::invalid("/parentId", why),
    }
}

/// The category that is not there is the parent.
fn of_parent(error: StoreError) -> ProductsError {
    match error {
        StoreError::NoCategory => misplaced(Misplaced::NoParent),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests;
