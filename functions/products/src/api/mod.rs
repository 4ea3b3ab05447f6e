//! The HTTP endpoints, one file each.

mod archive;
mod categories_create;
mod categories_delete;
mod categories_list;
mod categories_products;
mod categories_update;
mod create;
mod export;
mod get;
mod import;
mod import_status;
mod import_upload;
mod list;
mod update;

pub use archive::ArchiveProduct;
pub use categories_create::CreateCategory;
pub use categories_delete::DeleteCategory;
pub use categories_list::ListCategories;
pub use categories_products::ListCategoryProducts;
pub use categories_update::UpdateCategory;
pub use create::CreateProduct;
pub use export::ExportProducts;
pub use get::GetProduct;
pub use import::ImportProducts;
pub use import_status::GetImport;
pub use import_upload::UploadImport;
pub use list::ListProducts;
pub use update::UpdateProduct;

use edge::{Call, Data, Endpoint};

use crate::categories::Shelf;
use crate::product::Product;
use crate::store::Written;
use crate::wire::{CategoryNode, ProductView};

/// When a call writes, and in which trace.
fn written<E: Endpoint>(call: &Call<E>) -> Written {
    Written {
        at: call.at,
        traceparent: Some(call.trace.traceparent()),
    }
}

/// 200 with a product.
fn shown(product: &Product) -> Data<ProductView> {
    Data::new(ProductView::from(product)).version(product.version)
}

/// A category with what is below it.
fn node(shelf: &Shelf) -> CategoryNode {
    let count = |id| shelf.shelves.products.get(&id).copied().unwrap_or(0);
    CategoryNode::new(&shelf.shelves.tree, &shelf.category, &count)
}
