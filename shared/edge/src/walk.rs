//! The walk of a request, from the gateway's event to the answer.
//!
//! 1. who asks for what: request id, trace, headers
//! 2. the caller is admitted: token, then the row's `who`
//! 3. the caller's bucket, where the row has one
//! 4. parameters, query and body are read and checked
//! 5. the once-only check
//! 6. the endpoint
//! 7. the answer is kept, completed, logged
//!
//! Nothing an endpoint does can skip a step: panics become 500, and what does not end in time 503.

use crate::answer::{self, Answer};
use crate::body::{Body, MediaType, Unread};
use crate::call::Call;
use crate::caller::{Caller, Identity, Shown, unauthenticated};
use crate::endpoint::{App, Endpoint};
use crate::headers::{self, Asked};
use crate::log::Line;
use crate::once::{self, Fingerprint, Gate};
use crate::problem::{self, Problem, rows};
use crate::query::Query;
use crate::reply::Reply;
use crate::settings::Settings;
use crate::token::Verifier;
use crate::trace::Trace;
use crate::{gate, schema};
use futures_util::FutureExt;
use kernel::{Clock, SystemClock, Timestamp};
use lambda_http::{Body as RawBody, Request, RequestExt, Response};
use manifest::{Route, Who};
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What remains of the function's time when we stop waiting for the endpoint: enough to free the
/// lease, answer and log.
const RESERVE: Duration = Duration::from_millis(500);

/// One endpoint's walk, prepared when the function starts.
#[derive(Debug)]
pub struct Walk<E: Endpoint> {
    settings: Settings,
    verifier: Verifier,
    body_schema: Value,
    query_schema: Value,
    cold: AtomicBool,
    endpoint: std::marker::PhantomData<fn() -> E>,
}

/// What is learned on the way, for the log and for the record of the once-only check. It outlives
/// an endpoint that panics or is stopped.
#[derive(Debug, Default)]
struct Notes {
    caller: Option<String>,
    operation: Option<aws::Operation>,
    limits: Vec<(String, String)>,
    personal: bool,
}

impl<E: Endpoint> Walk<E> {
    const CALLER_SUITS_ROW: () = assert!(
        E::Caller::KIND.suits(&E::ROW.who),
        "the row's `who` and the endpoint's Caller differ"
    );

    /// Prepares the walk.
    pub fn new(settings: Settings, verifier: Verifier) -> Self {
        let () = Self::CALLER_SUITS_ROW;
        Self {
            settings,
            verifier,
            body_schema: E::Body::schema(),
            query_schema: E::Query::schema(),
            cold: AtomicBool::new(true),
            endpoint: std::marker::PhantomData,
        }
    }

    /// Answers a request.
    pub async fn answer(&self, app: &E::App, request: Request) -> Response<RawBody> {
        let started = Instant::now();
        let at = SystemClock.now();
        let incoming = Incoming::of(request, E::ROW, at);
        let notes = Mutex::new(Notes {
            personal: E::ROW.admits_tokens(),
            ..Notes::default()
        });

        let work = AssertUnwindSafe(self.steps(app, &incoming, &notes)).catch_unwind();
        let outcome =
            match tokio::time::timeout(incoming.remaining.saturating_sub(RESERVE), work).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(Problem::new(rows::INTERNAL).cause("panicked")),
                Err(_) => Err(rows::TIMED_OUT.into()),
            };
        let notes = notes
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);

        let (mut answer, code, mut error) = match outcome {
            Ok(answer) => (answer, None, None),
            Err(problem) => {
                let (code, chain) = (problem.row().code, problem.chain());
                (
                    problem.into_answer(&self.settings.links, &incoming.request_id),
                    Some(code),
                    chain,
                )
            }
        };
        if let Some(operation) = &notes.operation
            && let Err(lost) = once::keep(app.table(), operation, &answer).await
        {
            // The answer is good all the same; a retry goes on under the same operation id.
            error = Some(format!("the answer was not kept: {lost}"));
        }
        answer.headers.extend(notes.limits);
        answer
            .headers
            .push(("x-request-id".into(), incoming.request_id.clone()));
        answer
            .headers
            .push(("traceparent".into(), incoming.trace.traceparent()));
        let mut asked = Asked {
            personal: notes.personal,
            ..incoming.asked.clone()
        };
        asked.if_none_match = asked.if_none_match.filter(|_| E::REVALIDATED);
        headers::complete(&mut answer, E::ROW, &asked, &self.settings);
        Line {
            at: Some(at),
            stage: &self.settings.stage,
            service: E::ROW.service,
            function: E::ROW.name,
            request_id: &incoming.request_id,
            trace_id: incoming.trace.id(),
            method: Some(E::ROW.method.as_str()),
            route: Some(E::ROW.path),
            caller: notes.caller.as_deref(),
            status: Some(answer.status),
            code,
            took: started.elapsed(),
            cold: self.cold.swap(false, Ordering::Relaxed),
            error,
            ..Line::default()
        }
        .write();
        respond(answer)
    }

    async fn steps(
        &self,
        app: &E::App,
        incoming: &Incoming,
        notes: &Mutex<Notes>,
    ) -> Result<Answer, Problem> {
        let note = |write: &dyn Fn(&mut Notes)| {
            write(
                &mut notes
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner),
            )
        };

        let identity = self.identity(incoming).await?;
        let user = identity.as_ref().map(|identity| identity.user.to_string());
        note(&|notes| {
            notes.personal = user.is_some() || !matches!(E::ROW.who, Who::Public | Who::Visitor);
            notes.caller.clone_from(&user);
        });
        let shown = incoming.shown(E::ROW, identity)?;
        let holder = shown.subject();
        let caller = E::Caller::admit(&E::ROW.who, shown)?;

        let subject = user.as_deref().unwrap_or(&incoming.source_ip);
        let limits = gate::admit(E::ROW, app.table(), subject, incoming.at).await?;
        note(&|notes| notes.limits.clone_from(&limits));

        let key = incoming.idempotency_key.as_deref();
        let print = Fingerprint {
            caller: holder.as_deref(),
            path: &incoming.path,
            query: &incoming.raw_query,
            if_match: incoming.if_match.as_deref().unwrap_or_default(),
            body: &incoming.body,
        };
        let params = incoming.params::<E::Params>()?;
        let read = E::Query::read(&incoming.query, &self.query_schema)
            .and_then(|query| Ok((query, self.body(incoming)?)));
        let (query, body) = match read {
            Ok(read) => read,
            // An invalid request under the key of another one is told that the key is taken.
            Err(problem) => {
                once::refuse_reuse(E::ROW, app.table(), key, &print, incoming.at).await?;
                return Err(problem);
            }
        };

        let operation = match once::check(
            E::ROW,
            app.table(),
            key,
            &print,
            incoming.remaining,
            incoming.at,
        )
        .await?
        {
            Gate::Replay(answer) => {
                let answer = answer::with_secrets(answer, |answer| E::secrets(&caller, answer));
                return Ok(problem::reissued(answer, &incoming.request_id));
            }
            Gate::Open(operation) => operation,
        };
        note(&|notes| notes.operation = Some(operation.clone()));

        let call = Call {
            caller: caller.clone(),
            params,
            query,
            body,
            if_match: incoming.if_match.as_deref().and_then(version_asked),
            operation,
            at: incoming.at,
            source_ip: incoming.source_ip.clone(),
            user_agent: incoming.user_agent.clone(),
            trace: incoming.trace.clone(),
            signature: incoming.signature.clone(),
            accept: incoming.accept.clone(),
            links: self.settings.links.clone(),
        };
        let answer = E::call(app, call).await?.into_answer(&self.settings.links);
        Ok(answer::with_secrets(answer, |answer| {
            E::secrets(&caller, answer)
        }))
    }

    async fn identity(&self, incoming: &Incoming) -> Result<Option<Identity>, Problem> {
        let Some(authorization) = incoming
            .authorization
            .as_deref()
            .filter(|_| E::ROW.admits_tokens())
        else {
            return Ok(None);
        };
        let token = match authorization.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(unauthenticated()),
        };
        let identity = self.verifier.identify(token, incoming.at).await?;
        identity.map(Some).ok_or_else(unauthenticated)
    }

    fn body(&self, incoming: &Incoming) -> Result<E::Body, Problem> {
        if let Some(coding) = incoming
            .coding
            .as_deref()
            .filter(|coding| *coding != "identity")
        {
            let detail = format!("A body in the coding {coding} is not read; send it plain.");
            return Err(Problem::new(rows::UNSUPPORTED_MEDIA_TYPE).detail(detail));
        }
        let most = E::ROW.body_bytes;
        if incoming.body.len() > most {
            let detail = format!("At most {most} bytes are taken here.");
            return Err(Problem::new(rows::BODY_TOO_LARGE).detail(detail));
        }
        E::Body::read(Unread {
            media: incoming.media.clone(),
            bytes: &incoming.body,
            schema: &self.body_schema,
        })
    }

    /// The schemas that requests are checked against, for the test that finds keywords that the
    /// check would pass over.
    pub fn unsupported_keywords(&self) -> Vec<String> {
        [&self.body_schema, &self.query_schema]
            .into_iter()
            .flat_map(schema::unsupported)
            .collect()
    }
}

/// The request, taken apart.
#[derive(Debug)]
pub(crate) struct Incoming {
    at: Timestamp,
    pub(crate) request_id: String,
    pub(crate) trace: Trace,
    remaining: Duration,
    path: String,
    raw_query: String,
    query: Vec<(String, String)>,
    params: BTreeMap<String, String>,
    source_ip: String,
    authorization: Option<String>,
    idempotency_key: Option<String>,
    cart_token: Option<String>,
    order_token: Option<String>,
    user_agent: Option<String>,
    if_match: Option<String>,
    signature: Option<String>,
    accept: Option<String>,
    media: MediaType,
    coding: Option<String>,
    pub(crate) asked: Asked,
    body: Vec<u8>,
}

impl Incoming {
    pub(crate) fn of(request: Request, route: &Route, at: Timestamp) -> Self {
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                // A header that is no ASCII is a wrong one, not none.
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let context = request.lambda_context_ref();
        let remaining = context
            .map(|context| i64::try_from(context.deadline).unwrap_or(i64::MAX))
            .map(|deadline| Timestamp::from_millis(deadline).since(at))
            // The runner of `cargo lambda watch` puts the deadline in 1970.
            .filter(|left| !left.is_zero())
            .unwrap_or(Duration::from_secs(route.sizing.timeout_s.into()));
        let (gateway_id, source_ip) = match request.request_context_ref() {
            Some(lambda_http::request::RequestContext::ApiGatewayV2(context)) => {
                (context.request_id.clone(), context.http.source_ip.clone())
            }
            _ => (None, None),
        };
        let request_id = gateway_id
            .filter(|id| !id.is_empty())
            .or_else(|| context.map(|context| context.request_id.clone()))
            .unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
        let pairs = |map: lambda_http::aws_lambda_events::query_map::QueryMap| {
            map.iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect::<Vec<_>>()
        };
        Self {
            at,
            request_id,
            trace: Trace::continuing(header("traceparent").as_deref()),
            remaining,
            path: request.uri().path().to_owned(),
            raw_query: request.uri().query().unwrap_or_default().to_owned(),
            query: pairs(request.query_string_parameters()),
            params: pairs(request.path_parameters()).into_iter().collect(),
            source_ip: source_ip.unwrap_or_default(),
            authorization: header("authorization"),
            idempotency_key: header("idempotency-key"),
            cart_token: header("x-cart-token"),
            order_token: header("x-order-token"),
            user_agent: header("user-agent"),
            if_match: header("if-match"),
            signature: header("stripe-signature"),
            accept: header("accept"),
            media: MediaType::of(header("content-type").as_deref()),
            coding: header("content-encoding"),
            asked: Asked {
                origin: header("origin"),
                gzip: header("accept-encoding").is_some_and(|offer| headers::takes_gzip(&offer)),
                if_none_match: header("if-none-match"),
                personal: false,
            },
            body: match request.into_body() {
                RawBody::Empty => Vec::new(),
                RawBody::Text(text) => text.into_bytes(),
                RawBody::Binary(bytes) => bytes,
                _ => Vec::new(),
            },
        }
    }

    /// Who sends it, as far as the row looks.
    fn shown(&self, row: &Route, identity: Option<Identity>) -> Result<Shown, Problem> {
        match row.who {
            Who::Guest => Shown::read(
                identity,
                self.cart_token.as_deref(),
                self.order_token.as_deref(),
            ),
            _ => Ok(Shown {
                identity,
                ..Shown::default()
            }),
        }
    }

    /// What does not parse names nothing: 404.
    fn params<P: serde::de::DeserializeOwned>(&self) -> Result<P, Problem> {
        let members = self
            .params
            .iter()
            .map(|(name, value)| (name.clone(), Value::String(value.clone())));
        let members = if self.params.is_empty() {
            Value::Null
        } else {
            Value::Object(members.collect())
        };
        serde_json::from_value(members).map_err(|_| rows::NOT_FOUND.into())
    }
}

/// The version that `If-Match` asks for: none for `*`, 0 for a tag that we never gave. Of several
/// tags the newest counts, since versions only rise.
fn version_asked(tags: &str) -> Option<u64> {
    if tags.trim() == "*" {
        return None;
    }
    let version = |tag: &str| {
        tag.trim()
            .strip_prefix("\"v")?
            .strip_suffix('"')?
            .parse::<u64>()
            .ok()
    };
    Some(tags.split(',').filter_map(version).max().unwrap_or(0))
}

/// The answer as the gateway takes it. Text goes as text, everything else in base64.
pub(crate) fn respond(answer: Answer) -> Response<RawBody> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let packed = answer::header(&answer, "content-encoding").is_some();
    let body = match String::from_utf8(answer.body) {
        Ok(text) if !packed => RawBody::Text(text),
        Ok(text) => RawBody::Binary(text.into_bytes()),
        Err(bytes) => RawBody::Binary(bytes.into_bytes()),
    };
    response.body(body).unwrap_or_else(|_| {
        // A header value that HTTP does not allow is a bug; the caller still gets an answer.
        let mut response = Response::new(RawBody::Empty);
        *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_names_a_version_or_one_that_never_was() {
        for (header, version) in [
            ("\"v3\"", Some(3)),
            ("*", None),
            ("\"abc\"", Some(0)),
            ("\"v1\", \"v4\"", Some(4)),
            ("W/\"v3\"", Some(0)),
            ("", Some(0)),
        ] {
            assert_eq!(version_asked(header), version, "{header}");
        }
    }
}
