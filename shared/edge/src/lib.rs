//! The walk: what every request, message and schedule goes through.
//!
//! A service says what it does ([`Endpoint`], [`Consumer`], [`Worker`], [`Clockwork`]); this crate
//! does all that is the same everywhere. [`walk`](walk::Walk) is the request's way, in one file.
//! This is the only crate that knows `lambda_http` and `lambda_runtime`.

mod answer;
mod body;
mod call;
mod caller;
mod clockwork;
mod describe;
mod endpoint;
pub mod fallback;
mod gate;
mod headers;
mod log;
mod measure;
mod once;
mod problem;
mod query;
mod records;
mod reply;
mod run;
pub mod schema;
mod settings;
mod token;
mod trace;
pub mod walk;

pub use answer::Answer;
pub use body::{Body, BodyDoc, JsonBody, MediaType, Unread, read_json};
pub use call::Call;
pub use caller::{Anyone, Caller, CallerKind, Guest, Identity, Shopper, Shown, Staff, Visitor};
pub use clockwork::Clockwork;
pub use describe::{
    Function, Kind, Operation, batch_consumer, clockwork, consumer, endpoint, fallback, relay,
    worker,
};
pub use endpoint::{App, Doc, Endpoint, ObjectParams, Params};
pub use fallback::{Fallback, Stray};
pub use measure::{Measure, Unit};
pub use problem::{Problem, Row, rows};
pub use query::{Query, QueryParams};
pub use records::{BatchConsumer, Consumer, Relay, Setback, StreamRecord, Worker};
pub use reply::{
    Accepted, Bare, Content, Created, Data, Links, List, NoContent, Redirect, Reply, ReplyDoc,
};
pub use run::{
    run, run_batch_consumer, run_clockwork, run_consumer, run_fallback, run_relay, run_worker,
};
pub use settings::Settings;
pub use token::{Claims, Verifier};
pub use trace::Trace;

/// The request and response bodies of the walk, for tests and for the fallback.
pub use lambda_http::{Body as RawBody, Request, RequestExt, Response};
