//! `GET /api/v1/products/import/{id}`: how far an import is.

use edge::{Accepted, Call, Data, Doc, Endpoint, ObjectParams, Problem, Staff};
use kernel::{ImportId, Timestamp};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Products;
use crate::import::{Job, JobStatus, RowError};

/// Shows an import.
pub struct GetImport;

/// An import.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Import")]
pub struct ImportView {
    /// Its id.
    id: ImportId,
    /// How far it is. `completed` means that every row was tried; some may have failed.
    status: JobStatus,
    /// The rows of its file; 0 until it was read.
    total: u32,
    /// Rows that made a product.
    created: u32,
    /// Rows whose product was there.
    updated: u32,
    /// Rows that could not be taken.
    failed: u32,
    /// What is wrong with those, at most the first 1,000 errors.
    errors: Vec<RowError>,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it last made progress.
    updated_at: Timestamp,
}

impl ImportView {
    fn of(job: &Job, errors: Vec<RowError>) -> Self {
        Self {
            id: job.id,
            status: job.status,
            total: job.total,
            created: job.tally.created,
            updated: job.tally.updated,
            failed: job.tally.failed,
            errors,
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}

/// 202 with an import that has just been asked for.
pub(super) fn accepted(job: &Job) -> Accepted<ImportView> {
    let path = routes::PRODUCTS_IMPORT_STATUS.with(job.id);
    Accepted::at(path, ImportView::of(job, Vec::new()))
}

impl Endpoint for GetImport {
    const ROW: &'static Route = &routes::PRODUCTS_IMPORT_STATUS;
    const DOC: Doc = Doc {
        summary: "Show an import",
        detail: "",
        problems: &[],
    };
    type App = Products;
    type Caller = Staff;
    type Params = ObjectParams<ImportId>;
    type Query = ();
    type Body = ();
    type Reply = Data<ImportView>;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let (job, errors) = products.import(call.params.id).await?;
        Ok(Data::new(ImportView::of(&job, errors)))
    }
}
