//! What the index holds of a product.

use products::category::Tree;
use products::product::Product;
use products::wire::ProductView;
use serde_json::{Value, json};

/// The document of a product on sale.
pub fn of(product: &Product, _tree: &Tree) -> Value {
    json!({
        "id": product.id,
        "name": product.name,
        "product": ProductView::from(product),
    })
}
