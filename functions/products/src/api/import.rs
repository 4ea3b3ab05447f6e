//! `POST /api/v1/products/import`: takes a file of products, to be worked on elsewhere.

use edge::{
    Accepted, Body as EdgeBody, BodyDoc, Call, Doc, Endpoint, JsonBody, Problem, Staff, Unread,
    read_json, rows, schema,
};
use kernel::UploadId;
use manifest::{Route, routes};
use schemars::{JsonSchema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::import_status::{ImportView, accepted};
use super::written;
use crate::Transfers;
use crate::import::Format;
use crate::importing::File;

/// Imports products.
pub struct ImportProducts;

/// A file, or the name of one that was uploaded.
#[derive(Debug)]
pub struct Body(File);

/// A file that was uploaded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "UploadedFile")]
struct Uploaded {
    /// The upload.
    upload_id: UploadId,
}

impl JsonBody for Uploaded {
    fn example() -> Value {
        json!({ "uploadId": "upl_01jxy3rp00fmq8y42b7h5ytvr1" })
    }
}

impl EdgeBody for Body {
    fn schema() -> Value {
        schema::of::<Uploaded>()
    }

    fn read(unread: Unread<'_>) -> Result<Self, Problem> {
        if unread.media.is_json() {
            let uploaded: Uploaded = read_json(unread.bytes, unread.schema)?;
            return Ok(Self(File::Uploaded(uploaded.upload_id)));
        }
        match Format::of_media(unread.media.as_str()) {
            Some(format) => Ok(Self(File::Here(format, unread.bytes.to_vec()))),
            None => Err(Problem::new(rows::UNSUPPORTED_MEDIA_TYPE).detail(
                "Send a file as application/x-ndjson or text/csv, or an uploadId as \
                 application/json.",
            )),
        }
    }

    fn describe(generator: &mut SchemaGenerator) -> Option<BodyDoc> {
        let text = |example: &str| json_schema!({ "type": "string", "examples": [example] });
        Some(BodyDoc {
            media: vec![
                ("application/json", generator.subschema_for::<Uploaded>()),
                (
                    Format::Ndjson.media(),
                    text(
                        "{\"sku\":\"LAMP-1\",\"name\":\"Desk lamp\",\"price\":49.9,\"category\":\"lamps\"}\n",
                    ),
                ),
                (
                    Format::Csv.media(),
                    text("sku,name,price,category\nLAMP-1,Desk lamp,49.90,lamps\n"),
                ),
            ],
            required: true,
            example: Uploaded::example(),
        })
    }
}

impl Endpoint for ImportProducts {
    const ROW: &'static Route = &routes::PRODUCTS_IMPORT;
    const DOC: Doc = Doc {
        summary: "Import products",
        detail: "A file of at most 4 MiB, one JSON object a line or CSV with a header of field \
                 names (`attr.<name>` for attributes, `|` between tags), or an uploadId. Each row \
                 makes a product or changes the one that has its SKU; a row that cannot be taken \
                 is told in the job and holds up no other. It is safe to import a file again.",
        problems: &[],
    };
    type App = Transfers;
    type Caller = Staff;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Accepted<ImportView>;

    async fn call(transfers: &Transfers, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(accepted);
        let written = written(&call);
        let job = transfers
            .request_import(call.body.0, &answered, &written)
            .await?;
        Ok(accepted(&job))
    }
}
