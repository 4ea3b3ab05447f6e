//! What no route takes: answered like everything else, by a rule that sees the request's line only.

use crate::answer::Answer;
use crate::headers;
use crate::log::Line;
use crate::problem::{Problem, rows};
use crate::settings::Settings;
use crate::walk::{Incoming, respond};
use kernel::{Clock, SystemClock};
use lambda_http::request::RequestContext;
use lambda_http::{Body as RawBody, Request, RequestExt, Response};
use manifest::Route;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// Answers requests that no route takes.
pub trait Fallback: Send + Sync + 'static {
    /// Its row, on `$default`.
    const ROW: &'static Route;

    /// Answers one request. The headers that every answer has are added to it.
    ///
    /// # Errors
    /// The problem that is answered instead.
    fn answer(stray: &Stray, settings: &Settings) -> Result<Answer, Problem>;
}

/// A request that no route takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The method, as the client sent it.
    pub method: String,
    /// The path below the API's root: without the stage and without the prefix that the public
    /// URL has.
    pub path: String,
    /// The page that asks, where a browser says so.
    pub origin: Option<String>,
}

impl Stray {
    fn of(request: &Request, settings: &Settings) -> Self {
        let path = request.uri().path();
        let stage = request
            .request_context_ref()
            .and_then(|context| match context {
                RequestContext::ApiGatewayV2(context) => context.stage.as_deref(),
                _ => None,
            });
        let path = stage.map_or(path, |stage| below(path, &format!("/{stage}")));
        let header = request
            .headers()
            .get("origin")
            .and_then(|value| value.to_str().ok());
        Self {
            method: request.method().as_str().to_owned(),
            path: below(path, settings.links.prefix()).to_owned(),
            origin: header.map(str::to_owned),
        }
    }
}

/// The path below a prefix; the path itself when it is not below it.
fn below<'a>(path: &'a str, prefix: &str) -> &'a str {
    path.strip_prefix(prefix)
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(path)
}

/// Answers a request through the fallback.
pub fn answer<F: Fallback>(settings: &Settings, request: Request) -> Response<RawBody> {
    let started = Instant::now();
    let at = SystemClock.now();
    let stray = Stray::of(&request, settings);
    let incoming = Incoming::of(request, F::ROW, at);
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| F::answer(&stray, settings)))
        .unwrap_or_else(|_| Err(Problem::new(rows::INTERNAL).cause("panicked")));
    let (mut answer, code, error) = match outcome {
        Ok(answer) => (answer, None, None),
        Err(problem) => {
            let (code, chain) = (problem.row().code, problem.chain());
            (
                problem.into_answer(&settings.links, &incoming.request_id),
                Some(code),
                chain,
            )
        }
    };
    answer
        .headers
        .push(("x-request-id".into(), incoming.request_id.clone()));
    answer
        .headers
        .push(("traceparent".into(), incoming.trace.traceparent()));
    headers::complete(&mut answer, F::ROW, &incoming.asked, settings);
    Line {
        at: Some(at),
        stage: &settings.stage,
        service: F::ROW.service,
        function: F::ROW.name,
        request_id: &incoming.request_id,
        trace_id: incoming.trace.id(),
        method: Some(&stray.method),
        route: Some(F::ROW.path),
        status: Some(answer.status),
        code,
        took: started.elapsed(),
        error,
        ..Line::default()
    }
    .write();
    respond(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_a_slash() {
        let cases = [
            ("/prod/api", "/prod", "/api"),
            ("/product/api", "/prod", "/product/api"),
            ("/prod", "/prod", "/prod"),
            ("/api", "", "/api"),
            ("/api", "/$default", "/api"),
        ];
        for (path, prefix, rest) in cases {
            assert_eq!(below(path, prefix), rest, "{path} below {prefix}");
        }
    }

    #[test]
    fn the_path_begins_below_the_stage_and_the_public_prefix() {
        use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext as Context;
        let cases = [
            ("", "prod", "/prod/health", "/health"),
            ("", "prod", "/health", "/health"),
            ("", "$default", "/prod/health", "/prod/health"),
            (
                "https://example.com/shop",
                "$default",
                "/shop/health",
                "/health",
            ),
            (
                "https://example.com/shop/",
                "prod",
                "/prod/shop/health",
                "/health",
            ),
        ];
        for (root, stage, path, below) in cases {
            let settings = Settings {
                stage: "".into(),
                links: crate::Links::new(root),
                issuer: "".into(),
                audience: "".into(),
                cors_origins: [].into(),
            };
            let mut context = Context::default();
            context.stage = Some(stage.into());
            let mut request = Request::new(RawBody::Empty);
            *request.uri_mut() = path.parse().unwrap();
            let request = request.with_request_context(RequestContext::ApiGatewayV2(context));
            assert_eq!(
                Stray::of(&request, &settings).path,
                below,
                "{root} {stage} {path}"
            );
        }
    }
}
