//! Categories, and the tree they make.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::{CategoryId, Slug, Timestamp};

/// How deep the tree may be.
pub const DEPTH_MAX: usize = 20;
/// The most characters of a category's name.
pub const NAME_MAX: usize = 255;

/// A shelf of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name.
    pub name: String,
    /// Its name in URLs, unique among categories.
    pub slug: Slug,
    /// The category it is a part of; none for one at the top.
    pub parent_id: Option<CategoryId>,
    /// Rises by one with every change.
    pub version: u64,
    /// Until when nothing may be put into it, because somebody is deleting it.
    pub closing_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Why a category cannot hang where it is asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    /// There is no such parent.
    #[error("must be the id of a category")]
    NoParent,
    /// It would be a part of itself.
    #[error("must not be the category itself or a part of it")]
    Cycle,
    /// It would hang too deep.
    #[error("must not be more than {DEPTH_MAX} levels deep")]
    TooDeep,
}

/// All categories, as they hang together at one moment.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    version: u64,
    categories: BTreeMap<CategoryId, Category>,
    children: HashMap<Option<CategoryId>, Vec<CategoryId>>,
}

impl Tree {
    /// The tree of all categories. `version` rises with every change but that of a name, so that
    /// whoever has this tree can tell whether it is the current one.
    pub fn new(version: u64, categories: impl IntoIterator<Item = Category>) -> Self {
        let categories: BTreeMap<_, _> = categories
            .into_iter()
            .map(|category| (category.id, category))
            .collect();
        let mut children: HashMap<_, Vec<_>> = HashMap::new();
        for category in categories.values() {
            // A part of something that is gone stands at the top, where it can be found.
            let parent = category.parent_id.filter(|id| categories.contains_key(id));
            children.entry(parent).or_default().push(category.id);
        }
        for siblings in children.values_mut() {
            siblings.sort_by_key(|id| {
                let name = categories
                    .get(id)
                    .map(|category| kernel::text::sort_key(&category.name));
                (name, *id)
            });
        }
        Self {
            version,
            categories,
            children,
        }
    }

    /// The tree with one category as it is now, old or new.
    pub fn with(&self, category: Category) -> Self {
        let mut categories = self.categories.clone();
        categories.insert(category.id, category);
        Self::new(self.version, categories.into_values())
    }

    /// The version it was read at.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// A category.
    pub fn get(&self, id: CategoryId) -> Option<&Category> {
        self.categories.get(&id)
    }

    /// All categories, in the order of their ids.
    pub fn all(&self) -> impl Iterator<Item = &Category> {
        self.categories.values()
    }

    /// A category by its slug.
    pub fn by_slug(&self, slug: &str) -> Option<&Category> {
        self.categories
            .values()
            .find(|category| category.slug.as_str() == slug)
    }

    /// The parts of a category, or the categories at the top, by name.
    pub fn children(&self, of: Option<CategoryId>) -> &[CategoryId] {
        self.children.get(&of).map_or(&[], Vec::as_slice)
    }

    /// The category and everything below it; empty when there is no such category.
    pub fn with_descendants(&self, id: CategoryId) -> Vec<CategoryId> {
        if !self.categories.contains_key(&id) {
            return Vec::new();
        }
        let mut found = vec![id];
        let mut seen = HashSet::from([id]);
        let mut next = 0;
        while let Some(&at) = found.get(next) {
            next += 1;
            let below = self.children(Some(at)).iter().copied();
            found.extend(below.filter(|&id| seen.insert(id)));
        }
        found
    }

    /// From the top down to the category itself.
    pub fn path(&self, id: CategoryId) -> Vec<&Category> {
        let mut path = Vec::new();
        let mut at = self.get(id);
        while let Some(category) = at {
            // No longer than the tree, whatever the table holds.
            if path.len() > self.categories.len() {
                break;
            }
            path.push(category);
            at = category.parent_id.and_then(|parent| self.get(parent));
        }
        path.reverse();
        path
    }

    /// Whether a category may hang below a parent; `id` is none for a new one.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may_hang(
        &self,
        id: Option<CategoryId>,
        parent: Option<CategoryId>,
    ) -> Result<(), Misplaced> {
        let Some(parent) = parent else {
            return Ok(());
        };
        if self.get(parent).is_none() {
            return Err(Misplaced::NoParent);
        }
        let path = self.path(parent);
        if let Some(id) = id
            && path.iter().any(|category| category.id == id)
        {
            return Err(Misplaced::Cycle);
        }
        let height = id.map_or(1, |id| self.height(id));
        if path.len() + height > DEPTH_MAX {
            return Err(Misplaced::TooDeep);
        }
        Ok(())
    }

    /// Each category's own count and those of everything below it, from the own counts alone.
    pub fn totals(&self, own: &HashMap<CategoryId, u64>) -> HashMap<CategoryId, u64> {
        let mut totals = HashMap::new();
        for (&id, &count) in own {
            let mut at = self.get(id);
            let mut steps = 0;
            while let Some(category) = at
                && steps <= self.categories.len()
            {
                *totals.entry(category.id).or_default() += count;
                at = category.parent_id.and_then(|parent| self.get(parent));
                steps += 1;
            }
        }
        totals
    }

    /// The levels of a category and what is below it.
    fn height(&self, id: CategoryId) -> usize {
        let mut level = vec![id];
        let mut height = 0;
        while !level.is_empty() && height <= DEPTH_MAX {
            height += 1;
            level = level
                .iter()
                .flat_map(|&id| self.children(Some(id)))
                .copied()
                .collect();
        }
        height
    }
}

#[cfg(test)]
mod tests;
