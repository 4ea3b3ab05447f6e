//! Looking at products.

#[cfg(test)]
mod tests;
mod weight;

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{Amount, CategoryId, Cursor, Faults, Limit, Page, ProductId, Slug};

use self::weight::Weight;

use crate::Products;
use crate::category::Tree;
use crate::error::ProductsError;
use crate::listing::{Filter, Hit, Listing, Scope, Sort, brand_key, place, price_key};
use crate::product::{Product, Status};

/// The deepest that page numbers reach; beyond it the cursor does.
const DEEPEST: usize = 1000;
/// Entries that filters may refuse before a page is answered as it is, and goes on at its cursor.
const PATIENCE: usize = 2_000;
/// The same of pages by number. They are counted from the first, so one that were short would be
/// the next one's loss.
const PATIENCE_BY_NUMBER: usize = 50_000;
/// Products that are read at once, of up to 350,000 bytes each.
const AT_ONCE: usize = 25;
/// The most categories whose indexes are read side by side; a larger part of the shop is found in
/// the list of the whole shop.
const WIDEST: usize = 100;

/// A list of products, as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// A category with everything below it.
    pub category: Option<CategoryId>,
    /// A brand.
    pub brand: Option<String>,
    /// The status; on sale, unless staff asks for another.
    pub status: Status,
    /// The lowest price.
    pub min_price: Option<Amount>,
    /// The highest price.
    pub max_price: Option<Amount>,
    /// These products only.
    pub ids: Option<Vec<ProductId>>,
    /// The order.
    pub sort: Sort,
    /// The size of a page.
    pub limit: Option<Limit>,
    /// Where the page starts.
    pub cursor: Option<Cursor>,
    /// The number of the page, from 1.
    pub page: Option<u32>,
}

impl Asked {
    /// The size of a page: of products asked for by their ids, all of them.
    pub fn limit(&self) -> Limit {
        let otherwise = if self.ids.is_some() {
            Limit::MAX
        } else {
            Limit::default()
        };
        self.limit.unwrap_or(otherwise)
    }

    /// What a cursor belongs to: everything that is asked but where the page starts and ends.
    fn fingerprint(&self) -> String {
        let Self {
            category,
            brand,
            status,
            min_price,
            max_price,
            ids,
            sort,
            ..
        } = self;
        let brand = brand.as_deref().map(brand_key);
        let prices = (
            min_price.map(|p| p.to_string()),
            max_price.map(|p| p.to_string()),
        );
        format!("{category:?}|{brand:?}|{status:?}|{prices:?}|{ids:?}|{sort:?}")
    }

    /// How many products stand before the page that is asked for by its number.
    fn skipped(&self) -> Result<usize, ProductsError> {
        let Some(page) = self.page else {
            return Ok(0);
        };
        if self.cursor.is_some() {
            return Err(ProductsError::invalid(
                "/page",
                "cannot be given with a cursor",
            ));
        }
        let limit = self.limit().as_usize();
        let page = usize::try_from(page).unwrap_or(usize::MAX).max(1);
        if page.saturating_mul(limit) > DEEPEST {
            let rule = format!("times limit must be at most {DEEPEST}; use the cursor");
            return Err(ProductsError::invalid("/page", rule));
        }
        Ok((page - 1) * limit)
    }
}

impl Products {
    /// A product by its id or its slug. Only staff sees what is not on sale.
    ///
    /// # Errors
    /// There is none that the caller may see.
    pub async fn look_up(&self, id_or_slug: &str, staff: bool) -> Result<Product, ProductsError> {
        let found = if let Ok(id) = ProductId::parse(id_or_slug) {
            self.store.product(id).await?
        } else if let Ok(slug) = Slug::parse(id_or_slug) {
            self.store.product_by_slug(&slug).await?
        } else {
            None
        };
        found
            .filter(|product| staff || product.status == Status::Active)
            .ok_or(ProductsError::NotFound)
    }

    /// Products by their ids, whatever their status, in one round of reads; those that are not there
    /// are left out.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn by_ids(&self, ids: &[ProductId]) -> Result<Vec<Product>, ProductsError> {
        Ok(self.store.products(ids).await?)
    }

    /// The categories, as they hang together now. Their names may be of a moment ago.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn category_tree(&self) -> Result<Arc<Tree>, ProductsError> {
        Ok(self.store.known_tree().await?)
    }

    /// The category of an id or slug.
    ///
    /// # Errors
    /// There is none.
    pub async fn category_of(&self, id_or_slug: &str) -> Result<CategoryId, ProductsError> {
        let tree = self.store.known_tree().await?;
        let category = match CategoryId::parse(id_or_slug) {
            Ok(id) => tree.get(id),
            Err(_) => tree.by_slug(id_or_slug),
        };
        category
            .map(|category| category.id)
            .ok_or(ProductsError::NotFound)
    }

    /// A page of products.
    ///
    /// # Errors
    /// A cursor of another list; a page too deep; a price that cannot be.
    pub async fn list(&self, asked: &Asked) -> Result<Page<Product>, ProductsError> {
        let skipped = asked.skipped()?;
        let fingerprint = asked.fingerprint();
        let after = match &asked.cursor {
            None => None,
            Some(cursor) => Some(
                cursor
                    .open::<String>(&fingerprint)
                    .map_err(|error| ProductsError::invalid("/cursor", error))?,
            ),
        };
        let filter = filter(asked)?;
        let want = asked.limit().as_usize();
        let (products, next) = if let Some(ids) = &asked.ids {
            self.of_ids(ids, asked, filter, after, skipped).await?
        } else {
            let (scope, filter) = self.scope(asked, filter).await?;
            let listing = Listing {
                status: asked.status,
                scope,
                sort: asked.sort,
                filter: filter.clone(),
                after,
                want: skipped + want,
                patience: if asked.page.is_some() {
                    PATIENCE_BY_NUMBER
                } else {
                    PATIENCE
                },
            };
            let found = self.store.list(&listing).await?;
            if skipped > 0 && found.next.is_some() && found.hits.len() < skipped + want {
                let rule = "is too far behind for these filters; use the cursor";
                return Err(ProductsError::invalid("/page", rule));
            }
            let hits = found.hits.get(skipped..).unwrap_or_default();
            // An index lags a moment behind: what has changed since is judged as it is now.
            let fits = |product: &Product| {
                product.status == asked.status && filter.passes_product(product)
            };
            let (products, cut) = self.read_page(hits, fits).await?;
            (products, cut.or(found.next))
        };
        let seal = |place: String| Cursor::seal(&place, &fingerprint).ok();
        Ok(Page {
            items: products,
            next: next.and_then(seal),
        })
    }

    /// The products of a page, and the place of the last when there is no room in the answer for
    /// those behind it.
    async fn read_page(
        &self,
        hits: &[Hit],
        fits: impl Fn(&Product) -> bool,
    ) -> Result<(Vec<Product>, Option<String>), ProductsError> {
        let mut weight = Weight::default();
        let mut page: Vec<Product> = Vec::new();
        let mut last: Option<&Hit> = None;
        for batch in hits.chunks(AT_ONCE) {
            let ids: Vec<_> = batch.iter().map(|hit| hit.product).collect();
            let read = self.store.products(&ids).await?;
            let mut read: HashMap<_, _> = read.into_iter().map(|read| (read.id, read)).collect();
            for hit in batch {
                if let Some(product) = read.remove(&hit.product).filter(&fits) {
                    if !weight.takes(&product) {
                        return Ok((page, last.map(|hit| hit.place.clone())));
                    }
                    page.push(product);
                }
                last = Some(hit);
            }
        }
        Ok((page, None))
    }

    /// Which index has the products, and what is left to be filtered.
    async fn scope(
        &self,
        asked: &Asked,
        mut filter: Filter,
    ) -> Result<(Scope, Filter), ProductsError> {
        let categories = self.categories_asked(asked).await?;
        if let Some(brand) = filter.brand.take() {
            // One partition, and most likely the smaller part of the shop.
            filter.categories = categories.map(|all| all.into_iter().collect());
            return Ok((Scope::Brand(brand), filter));
        }
        match categories {
            None => Ok((Scope::Shop, filter)),
            Some(categories) if categories.len() <= WIDEST => {
                Ok((Scope::Categories(categories), filter))
            }
            Some(categories) => {
                filter.categories = Some(categories.into_iter().collect());
                Ok((Scope::Shop, filter))
            }
        }
    }

    async fn categories_asked(
        &self,
        asked: &Asked,
    ) -> Result<Option<Vec<CategoryId>>, ProductsError> {
        match asked.category {
            None => Ok(None),
            Some(id) => Ok(Some(self.store.known_tree().await?.with_descendants(id))),
        }
    }

    /// The products of some ids that pass, in the order asked for.
    async fn of_ids(
        &self,
        ids: &[ProductId],
        asked: &Asked,
        mut filter: Filter,
        after: Option<String>,
        skipped: usize,
    ) -> Result<(Vec<Product>, Option<String>), ProductsError> {
        let categories = self.categories_asked(asked).await?;
        filter.categories = categories.map(|all| all.into_iter().collect());
        let found = self.store.products(ids).await?;
        // An id that is asked for twice is answered once.
        let found: HashMap<_, _> = found
            .into_iter()
            .map(|product| (product.id, product))
            .collect();
        let Sort { by, descending } = asked.sort;
        let mut placed: Vec<(String, Product)> = found
            .into_values()
            .filter(|product| product.status == asked.status && filter.passes_product(product))
            .map(|product| (place(&product, by), product))
            .filter(|(at, _)| match &after {
                None => true,
                Some(after) if descending => at < after,
                Some(after) => at > after,
            })
            .collect();
        placed.sort_by(|(a, _), (b, _)| if descending { b.cmp(a) } else { a.cmp(b) });
        let mut page: Vec<_> = placed.into_iter().skip(skipped).collect();
        let mut weight = Weight::default();
        let fitting = page.iter().take(asked.limit().as_usize());
        let many = fitting
            .take_while(|(_, product)| weight.takes(product))
            .count();
        let more = page.len() > many;
        page.truncate(many);
        let last = page.last().map(|(at, _)| at.clone());
        let products = page.into_iter().map(|(_, product)| product).collect();
        Ok((products, last.filter(|_| more)))
    }
}

fn filter(asked: &Asked) -> Result<Filter, ProductsError> {
    let mut faults = Faults::new();
    let mut key = |pointer: &str, amount: Option<Amount>| match amount.map(price_key) {
        None => None,
        Some(Ok(key)) => Some(key),
        Some(Err(_)) => {
            faults.add(pointer, "must be a price with at most 4 decimals");
            None
        }
    };
    let filter = Filter {
        brand: asked.brand.as_deref().map(brand_key),
        least: key("/minPrice", asked.min_price),
        most: key("/maxPrice", asked.max_price),
        categories: None,
    };
    faults.into_result().map_err(ProductsError::Invalid)?;
    Ok(filter)
}
