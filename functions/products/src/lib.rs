//! Products: the catalogue, its categories, import and export.
//!
//! - [`product`], [`variants`], [`attributes`], [`offer`], [`category`], [`listing`] and [`import`] hold
//!   the rules, without I/O.
//! - [`store`] is the table.
//! - `create`, `change`, `catalogue`, `categories`, `importing` and `exporting` are the use cases;
//!   `sweeping` is for services that keep a view of the catalogue.
//! - [`api`] and [`on`] are what is deployed; [`functions`] lists it.

pub mod api;
pub mod attributes;
mod catalogue;
mod categories;
pub mod category;
mod change;
pub mod changes;
mod create;
pub mod error;
mod exporting;
pub mod import;
mod importing;
pub mod listing;
pub mod measure;
pub mod offer;
pub mod on;
pub mod product;
mod retry;
pub mod store;
mod sweeping;
pub mod variants;
pub mod wire;

use std::sync::OnceLock;

use aws::{Aws, Blobs, Queue, StartError, Table};
use edge::App;
use kernel::CurrencyCode;
use manifest::{consumers, resources};

use crate::store::Store;

pub use catalogue::Asked;
pub use categories::CategoryChanges;
pub use exporting::Export;
pub use importing::Chunk;
pub use sweeping::{CategoriesPlace, SweepPlace, Swept};

/// The service: its table.
#[derive(Debug)]
pub struct Products {
    store: Store,
    currency: CurrencyCode,
}

/// The service with the bucket of its files, for imports and exports. It is a type of its own so
/// that the other functions are without the client of S3, a good tenth of their size.
#[derive(Debug)]
pub struct Transfers {
    products: Products,
    files: Blobs,
}

/// The service with the queue of chunks too, for the function that cuts imports into them.
#[derive(Debug)]
pub struct Imports {
    transfers: Transfers,
    chunks: Queue,
}

/// The currency of amounts that name none, as this process was configured. Bodies are checked by
/// their types alone, which know nothing of a service that was started.
static DEFAULT_CURRENCY: OnceLock<CurrencyCode> = OnceLock::new();

/// The currency of amounts that name none.
pub(crate) fn default_currency() -> CurrencyCode {
    DEFAULT_CURRENCY.get().copied().unwrap_or(CurrencyCode::USD)
}

impl Products {
    /// The currency of amounts that name none.
    pub const fn currency(&self) -> CurrencyCode {
        self.currency
    }
}

impl App for Products {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let environment = aws.environment();
        let currency = match environment.optional("DEFAULT_CURRENCY") {
            None => CurrencyCode::USD,
            Some(code) => CurrencyCode::parse(&code)
                .map_err(|invalid| StartError::malformed("DEFAULT_CURRENCY", invalid.rule()))?,
        };
        let currency = *DEFAULT_CURRENCY.get_or_init(|| currency);
        let table = aws.table(&resources::PRODUCTS)?;
        // A function starts without its table too, and answers 503 until it is back.
        let _ = table.warm().await;
        Ok(Self {
            store: Store::new(table),
            currency,
        })
    }

    fn table(&self) -> Option<&Table> {
        Some(self.store.table())
    }
}

impl App for Transfers {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            products: Products::start(aws).await?,
            files: aws.blobs(&resources::TRANSFERS)?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.products.table()
    }
}

impl App for Imports {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            transfers: Transfers::start(aws).await?,
            chunks: aws.queue(&consumers::PRODUCTS_ON_IMPORT_CHUNK)?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.transfers.table()
    }
}

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    vec![
        edge::endpoint::<api::ListProducts>(),
        edge::endpoint::<api::CreateProduct>(),
        edge::endpoint::<api::ExportProducts>(),
        edge::endpoint::<api::ImportProducts>(),
        edge::endpoint::<api::UploadImport>(),
        edge::endpoint::<api::GetImport>(),
        edge::endpoint::<api::GetProduct>(),
        edge::endpoint::<api::UpdateProduct>(),
        edge::endpoint::<api::ArchiveProduct>(),
        edge::endpoint::<api::ListCategories>(),
        edge::endpoint::<api::CreateCategory>(),
        edge::endpoint::<api::UpdateCategory>(),
        edge::endpoint::<api::DeleteCategory>(),
        edge::endpoint::<api::ListCategoryProducts>(),
        edge::consumer::<on::ProductChanged>(),
        edge::consumer::<on::ImportRequested>(),
        edge::worker::<on::ImportChunk>(),
        edge::consumer::<on::StockChanged>(),
        edge::clockwork::<on::ExpireImports>(),
    ]
}
