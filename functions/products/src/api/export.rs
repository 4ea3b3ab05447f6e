//! `GET /api/v1/products/export`: the whole catalogue as a file.

use edge::{Call, Content, Doc, Endpoint, Problem, QueryParams, Redirect, Staff};
use futures_util::future::Either;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::import::Format;
use crate::product::Status;
use crate::{Export, Transfers};

/// Exports products.
pub struct ExportProducts;

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Query {
    /// How it is written; as the Accept header says when it is left out, and NDJSON when that
    /// says nothing.
    format: Option<FileFormat>,
    /// Products of this status; all when it is left out.
    status: Option<Status>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
#[allow(missing_docs, reason = "each says of itself what it is")]
pub enum FileFormat {
    Ndjson,
    Csv,
}

impl QueryParams for Query {}

impl Endpoint for ExportProducts {
    const ROW: &'static Route = &routes::PRODUCTS_EXPORT;
    const DOC: Doc = Doc {
        summary: "Export products",
        detail: "In the form that an import takes, so that importing an export changes nothing. A \
                 large one is answered with 302 to where it can be fetched for a quarter of an hour.",
        problems: &[],
    };
    type App = Transfers;
    type Caller = Staff;
    type Params = ();
    type Query = Query;
    type Body = ();
    type Reply = Either<Content, Redirect>;

    async fn call(transfers: &Transfers, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let accepts_csv = || {
            let accept = call.accept.as_deref().unwrap_or_default();
            accept.contains(Format::Csv.media())
        };
        let format = match call.query.format {
            Some(FileFormat::Csv) => Format::Csv,
            None if accepts_csv() => Format::Csv,
            Some(FileFormat::Ndjson) | None => Format::Ndjson,
        };
        let statuses = match &call.query.status {
            Some(status) => std::slice::from_ref(status),
            None => &Status::ALL,
        };
        match transfers
            .export(format, statuses, call.operation.id)
            .await?
        {
            Export::Here(bytes) => {
                let name = format!("attachment; filename=\"products.{}\"", format.extension());
                Ok(Either::Left(Content {
                    media: match format {
                        Format::Csv => "text/csv; charset=utf-8",
                        Format::Ndjson => Format::Ndjson.media(),
                    },
                    bytes,
                    headers: vec![("content-disposition", name)],
                }))
            }
            Export::There(url) => Ok(Either::Right(Redirect(url))),
        }
    }
}
