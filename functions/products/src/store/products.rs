//! Reading and writing products.

use std::collections::HashMap;

use aws::{Answered, Condition, Transaction, TransactionError, decode};
use contracts::products::{
    Previous, ProductArchived, ProductChanged, ProductCreated, ProductState, ProductStatus,
    VariantState,
};
use contracts::{Envelope, Event};
use kernel::{EventId, ProductId, Sku, Slug, Timestamp};

use super::category_items::{gate_is_open, gate_key, gate_of};
use super::product_items::{
    Membership, ProductItem, SkuClaim, SlugClaim, membership_key, product_key, sku_key, slug_key,
};
use super::{Store, StoreError};
use crate::product::{Product, Status};

/// When and in which trace something is written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The time.
    pub at: Timestamp,
    /// The W3C trace context.
    pub traceparent: Option<String>,
}

const PRODUCT: &str = "product";
const OWN: &str = "own-claim";
const SKU: &str = "sku";
const VARIANT_SKU: &str = "variant-sku";
const SLUG: &str = "slug";
const GATE: &str = "gate";
const MEMBERSHIP: &str = "membership";

impl Store {
    /// A product.
    pub async fn product(&self, id: ProductId) -> Result<Option<Product>, StoreError> {
        let item: Option<ProductItem> = self.table().get(product_key(id)).await?;
        Ok(item.map(Product::from))
    }

    /// Some products, in the order of the ids; absent ones are left out.
    pub async fn products(&self, ids: &[ProductId]) -> Result<Vec<Product>, StoreError> {
        let keys: Vec<_> = ids.iter().copied().map(product_key).collect();
        let items: Vec<ProductItem> = self.table().batch_get(&keys).await?;
        Ok(items.into_iter().map(Product::from).collect())
    }

    /// The product that holds a slug.
    pub async fn product_by_slug(&self, slug: &Slug) -> Result<Option<Product>, StoreError> {
        let claim: Option<SlugClaim> = self.table().get(slug_key(slug)).await?;
        match claim {
            Some(claim) => self.product(claim.product_id).await,
            None => Ok(None),
        }
    }

    /// The product that holds a SKU, for itself or for a variant.
    pub async fn product_by_sku(&self, sku: &Sku) -> Result<Option<Product>, StoreError> {
        let claim: Option<SkuClaim> = self.table().get(sku_key(sku)).await?;
        match claim {
            Some(claim) => self.product(claim.product_id).await,
            None => Ok(None),
        }
    }

    /// The products that hold some SKUs.
    pub async fn products_by_skus(
        &self,
        skus: &[Sku],
    ) -> Result<HashMap<Sku, Product>, StoreError> {
        let keys: Vec<_> = skus.iter().map(sku_key).collect();
        let claims: Vec<SkuClaim> = self.table().batch_get(&keys).await?;
        let ids: Vec<_> = claims.iter().map(|claim| claim.product_id).collect();
        let products = self.products(&ids).await?;
        let products: HashMap<_, _> = products
            .into_iter()
            .map(|product| (product.id, product))
            .collect();
        let product = |claim: SkuClaim| Some((claim.sku, products.get(&claim.product_id)?.clone()));
        Ok(claims.into_iter().filter_map(product).collect())
    }

    /// Writes a product in place of what it was, takes and frees its names, and tells of it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the product is not what `before` says; a name that is taken; a
    /// category that is not there.
    pub async fn write(
        &self,
        before: Option<&Product>,
        after: &Product,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<(), StoreError> {
        let joins = after.membership();
        let joins = joins.filter(|_| joins != before.and_then(Product::membership));
        if let Some(category) = joins
            && !self.has_category(category).await?
        {
            return Err(StoreError::NoCategory);
        }
        let unchanged = before.map_or_else(Condition::absent, |product| {
            Condition::version(product.version)
        });
        let write = self
            .table()
            .transaction()
            .put(PRODUCT, &ProductItem::from(after), unchanged);
        let write = claim_skus(write, before, after);
        let write = claim_slug(write, before, after);
        let write = join_category(write, before, after, written.at);
        let write = tell(write, before, after, answered, written);
        let outcome = write.once(answered, after).commit().await.map_err(refusal);
        match (outcome, joins) {
            // Gates that were closed for ever were those of a category that is gone.
            (Err(StoreError::Closing), Some(category))
                if !self.finds_category(category).await? =>
            {
                Err(StoreError::NoCategory)
            }
            (outcome, _) => outcome,
        }
    }
}

/// Takes the SKUs that are new and frees those that are gone.
fn claim_skus(mut write: Transaction, before: Option<&Product>, after: &Product) -> Transaction {
    let held = before.map(Product::claims).unwrap_or_default();
    let wanted = after.claims();
    for (&sku, &variant_id) in &wanted {
        let claim = SkuClaim {
            sku: sku.clone(),
            product_id: after.id,
            variant_id,
        };
        write = match held.get(sku) {
            Some(&same) if same == variant_id => write,
            // From a variant to its product, or between variants.
            Some(_) => write.put(OWN, &claim, mine(after.id)),
            None if variant_id.is_some() => write.put(VARIANT_SKU, &claim, Condition::absent()),
            None => write.put(SKU, &claim, Condition::absent()),
        };
    }
    for &sku in held.keys().filter(|sku| !wanted.contains_key(*sku)) {
        write = write.delete(OWN, sku_key(sku), mine(after.id));
    }
    write
}

fn claim_slug(mut write: Transaction, before: Option<&Product>, after: &Product) -> Transaction {
    let held = before.and_then(Product::claimed_slug);
    let wanted = after.claimed_slug();
    if held == wanted {
        return write;
    }
    if let Some(slug) = wanted {
        let claim = SlugClaim {
            slug: slug.clone(),
            product_id: after.id,
        };
        write = write.put(SLUG, &claim, Condition::absent());
    }
    if let Some(slug) = held {
        write = write.delete(OWN, slug_key(slug), mine(after.id));
    }
    write
}

fn join_category(
    mut write: Transaction,
    before: Option<&Product>,
    after: &Product,
    at: Timestamp,
) -> Transaction {
    let held = before.and_then(Product::membership);
    let wanted = after.membership();
    if held == wanted {
        return write;
    }
    if let Some(category_id) = wanted {
        let membership = Membership {
            category_id,
            product_id: after.id,
        };
        let gate = gate_key(category_id, gate_of(after.id));
        write = write.put(MEMBERSHIP, &membership, Condition::none()).check(
            GATE,
            gate,
            gate_is_open(at),
        );
    }
    if let Some(category_id) = held {
        let key = membership_key(category_id, after.id);
        write = write.delete(MEMBERSHIP, key, Condition::none());
    }
    write
}

fn mine(id: ProductId) -> Condition {
    Condition::expression("product_id = :mine").value(":mine", id)
}

fn tell(
    write: Transaction,
    before: Option<&Product>,
    after: &Product,
    answered: &Answered<Product>,
    written: &Written,
) -> Transaction {
    let product = state(after);
    let Some(before) = before else {
        return write.publish(&envelope(
            ProductCreated { product },
            after,
            answered,
            written,
        ));
    };
    let previous = Previous {
        category_id: before.category_id,
        status: status(before.status),
        price: before.price,
    };
    if after.status == Status::Archived && before.status != Status::Archived {
        let archived = ProductArchived { product, previous };
        return write.publish(&envelope(archived, after, answered, written));
    }
    let changed = ProductChanged { product, previous };
    write.publish(&envelope(changed, after, answered, written))
}

fn envelope<E: Event>(
    event: E,
    product: &Product,
    answered: &Answered<Product>,
    written: &Written,
) -> Envelope<E> {
    // One event for each version: an id that derived from the operation alone would be used again
    // by an import's row that changes the product a second time.
    let name = format!("{}@{}", product.id, product.version);
    let id = EventId::derive(&answered.id().to_string(), &name);
    Envelope::new(id, written.at, event).traced(written.traceparent.clone())
}

fn state(product: &Product) -> ProductState {
    let variants = product.variants.iter().map(|variant| VariantState {
        id: variant.id,
        sku: variant.sku.clone(),
        price: product.price_of(variant),
    });
    ProductState {
        id: product.id,
        version: product.version,
        sku: product.sku.clone(),
        slug: product.slug.clone(),
        name: product.name.clone(),
        brand: product.brand.clone(),
        category_id: product.category_id,
        price: product.price,
        status: status(product.status),
        in_stock: product.in_stock(),
        variants: variants.collect(),
    }
}

const fn status(status: Status) -> ProductStatus {
    match status {
        Status::Draft => ProductStatus::Draft,
        Status::Active => ProductStatus::Active,
        Status::Archived => ProductStatus::Archived,
    }
}

/// What a refused action means. That the product is another by now weighs most: what else was
/// refused was asked of the old one.
fn refusal(error: TransactionError) -> StoreError {
    if error.refused(PRODUCT) || error.refused(OWN) {
        return StoreError::Stale;
    }
    for (name, of_variant) in [(SKU, false), (VARIANT_SKU, true)] {
        if let Some(refusal) = error.refusal(name) {
            let claim = refusal.item.clone().map(decode::<SkuClaim>);
            let sku = claim
                .and_then(Result::ok)
                .map(|claim| claim.sku.to_string());
            return StoreError::SkuTaken {
                sku: sku.unwrap_or_default(),
                of_variant,
            };
        }
    }
    if error.refused(SLUG) {
        return StoreError::SlugTaken;
    }
    if error.refused(GATE) {
        return StoreError::Closing;
    }
    error.into()
}
