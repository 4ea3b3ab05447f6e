//! `GET /openapi.json`: what the API offers, for machines.

use aws::{Aws, StartError};
use edge::{Answer, Anyone, App, Call, Doc, Endpoint, Links, Problem, Reply, ReplyDoc};
use manifest::{Route, routes};
use schemars::{SchemaGenerator, json_schema};
use serde_json::{Value, json};
use std::sync::Arc;

/// The document as it is generated from the endpoints.
const GENERATED: &str = include_str!("../../../../docs/openapi.json");

/// Gives the OpenAPI document.
pub struct GetOpenapi;

/// The document as this stage serves it.
pub struct Served(Arc<[u8]>);

impl App for Served {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let root = aws.environment().optional("PUBLIC_URL");
        let bytes = naming(GENERATED, root.as_deref())
            .map_err(|error| StartError::unreadable("the OpenAPI document", error))?;
        Ok(Self(bytes.into()))
    }
}

/// The document with the stage's own root as its server. A stage that does not know its root is
/// where the document is: servers are relative to it.
fn naming(generated: &str, root: Option<&str>) -> Result<Vec<u8>, serde_json::Error> {
    let mut document: Value = serde_json::from_str(generated)?;
    if let Some(root) = root {
        document["servers"] =
            json!([{ "url": root.trim_end_matches('/'), "description": "This stage." }]);
    }
    serde_json::to_vec(&document)
}

impl Endpoint for GetOpenapi {
    const ROW: &'static Route = &routes::PLATFORM_OPENAPI;
    const DOC: Doc = Doc {
        summary: "Get the OpenAPI document",
        detail: "OpenAPI 3.1, with the root of this stage as its server.",
        problems: &[],
    };
    type App = Served;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Document;

    async fn call(served: &Served, _call: Call<Self>) -> Result<Document, Problem> {
        Ok(Document(Arc::clone(&served.0)))
    }
}

/// An OpenAPI document.
#[derive(Debug)]
pub struct Document(Arc<[u8]>);

impl Reply for Document {
    fn into_answer(self, _links: &Links) -> Answer {
        Answer {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: self.0.to_vec(),
        }
    }

    fn describe(_generator: &mut SchemaGenerator) -> ReplyDoc {
        let schema = json_schema!({
            "type": "object",
            "description": "An OpenAPI 3.1 document.",
            "properties": { "openapi": { "type": "string", "pattern": "^3\\.1\\.[0-9]+$", "maxLength": 16 } },
            "required": ["openapi"],
        });
        ReplyDoc {
            status: 200,
            body: Some(("application/json", schema)),
            headers: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(root: Option<&str>) -> Value {
        let bytes = naming(GENERATED, root).unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
        document["servers"].clone()
    }

    #[test]
    fn the_server_is_the_stages_own_root_with_its_prefix() {
        let servers = servers(Some("https://api.example.com/shop/"));
        assert_eq!(servers[0]["url"], "https://api.example.com/shop");
        assert_eq!(servers.as_array().unwrap().len(), 1);
    }

    #[test]
    fn without_a_root_the_server_is_where_the_document_is() {
        assert_eq!(servers(None)[0]["url"], ".");
    }
}
