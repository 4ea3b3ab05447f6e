//! `POST /api/v1/products/import/uploads`: makes room for a file that is too large for a request.

use std::collections::BTreeMap;

use edge::{Call, Created, Doc, Endpoint, JsonBody, Problem, Staff};
use kernel::{Timestamp, UploadId};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Transfers;
use crate::import::Format;
use crate::importing::Slot;

/// Makes room for a file.
pub struct UploadImport;

/// The file that is to come.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewUpload")]
pub struct Body {
    /// How it is written.
    content_type: ContentType,
    /// How many bytes it has; when it is said, the upload takes exactly so many.
    #[schemars(range(min = 1, max = 268_435_456))]
    size: Option<u64>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[schemars(inline)]
#[allow(missing_docs, reason = "each says of itself what it is")]
pub enum ContentType {
    #[serde(rename = "application/x-ndjson")]
    Ndjson,
    #[serde(rename = "text/csv")]
    Csv,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "contentType": "text/csv", "size": 52_428_800 })
    }
}

/// Room for a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Upload")]
pub struct UploadView {
    /// By which the file is imported once it is there.
    upload_id: UploadId,
    /// How it is uploaded.
    upload: UploadRequest,
}

/// A request that uploads a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadRequest {
    /// Where to.
    url: String,
    /// The method.
    method: String,
    /// Headers that the request must have.
    headers: BTreeMap<String, String>,
    /// Until when it is taken.
    expires_at: Timestamp,
}

impl Endpoint for UploadImport {
    const ROW: &'static Route = &routes::PRODUCTS_IMPORT_UPLOAD;
    const DOC: Doc = Doc {
        summary: "Upload a file to import",
        detail: "Answers with a request that takes the file, of at most 256 MiB; afterwards it is \
                 imported by its uploadId.",
        problems: &[],
    };
    type App = Transfers;
    type Caller = Staff;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Created<UploadView>;

    async fn call(transfers: &Transfers, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let format = match call.body.content_type {
            ContentType::Ndjson => Format::Ndjson,
            ContentType::Csv => Format::Csv,
        };
        let (size, operation) = (call.body.size, call.operation.id);
        let slot = transfers
            .upload_slot(format, size, operation, call.at)
            .await?;
        let answered = call.answered_by(created);
        transfers.announce_upload(&slot, &answered).await?;
        Ok(created(&slot))
    }
}

fn created(slot: &Slot) -> Created<UploadView> {
    let id = slot.upload.id;
    let view = UploadView {
        upload_id: id,
        upload: UploadRequest {
            url: slot.request.url.clone(),
            method: slot.request.method.clone(),
            headers: slot.request.headers.iter().cloned().collect(),
            expires_at: slot.until,
        },
    };
    Created::at(slot.request.url.clone(), view)
}
