//! `GET /docs`: what the API offers, for people to read and to try.
//!
//! The page is made while the crate is built: Swagger UI as it was released, with the problems
//! that `type` URLs point to below it, in one compressed document that asks nobody for anything
//! but the OpenAPI document beside it.

use aws::{Aws, StartError};
use edge::{Answer, Anyone, App, Call, Doc, Endpoint, Links, Problem, Reply, ReplyDoc};
use manifest::{Route, routes};
use schemars::{SchemaGenerator, json_schema};
use std::sync::Arc;

/// `ETAG`, and `SCRIPTS` and `STYLES`: the sources that the page's policy allows.
mod built {
    include!(concat!(env!("OUT_DIR"), "/page.rs"));
}

static PAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/page.html.gz"));

/// Reads the documentation.
pub struct ReadDocs;

/// The page's policy, which names the stage.
pub struct Docs(Arc<str>);

impl App for Docs {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let root = aws.environment().optional("PUBLIC_URL").unwrap_or_default();
        Ok(Self(policy(&root).into()))
    }
}

/// What the page may do: run the scripts that were built into it, and call this API, which may
/// have another origin than the page.
fn policy(root: &str) -> String {
    let api = match root.split_once("://") {
        Some((scheme, rest)) => {
            format!(" {scheme}://{}", rest.split('/').next().unwrap_or_default())
        }
        None => String::new(),
    };
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src 'self'{api}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        built::SCRIPTS,
        built::STYLES,
    )
}

impl Endpoint for ReadDocs {
    const ROW: &'static Route = &routes::PLATFORM_DOCS;
    const DOC: Doc = Doc {
        summary: "Read the documentation",
        detail: "An interactive page: every operation, to read and to try, and every problem code.",
        problems: &[],
    };
    type App = Docs;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Page;

    async fn call(docs: &Docs, _call: Call<Self>) -> Result<Page, Problem> {
        Ok(Page {
            policy: Arc::clone(&docs.0),
        })
    }
}

/// The documentation's page.
#[derive(Debug)]
pub struct Page {
    policy: Arc<str>,
}

impl Reply for Page {
    fn into_answer(self, _links: &Links) -> Answer {
        Answer {
            status: 200,
            headers: vec![
                ("content-type".into(), "text/html; charset=utf-8".into()),
                ("content-encoding".into(), "gzip".into()),
                ("content-security-policy".into(), self.policy.to_string()),
                ("etag".into(), built::ETAG.into()),
            ],
            body: PAGE.to_vec(),
        }
    }

    fn describe(_generator: &mut SchemaGenerator) -> ReplyDoc {
        let schema =
            json_schema!({ "type": "string", "description": "A page.", "maxLength": 6_000_000 });
        ReplyDoc {
            status: 200,
            body: Some(("text/html", schema)),
            headers: &[],
        }
    }
}

#[cfg(test)]
mod tests;
