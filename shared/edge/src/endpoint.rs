//! What a service writes for each of its endpoints.

use crate::answer::Answer;
use crate::body::Body;
use crate::call::Call;
use crate::caller::Caller;
use crate::problem::{Problem, Row};
use crate::query::Query;
use crate::reply::Reply;
use crate::schema;
use aws::{Aws, StartError, Table};
use manifest::Route;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::future::Future;

/// A service: its clients, built once when the function starts.
pub trait App: Sized + Send + Sync + 'static {
    /// Builds the clients that the service needs, and opens their connections: start-up runs at
    /// full speed on Lambda, the first request does not.
    fn start(aws: &Aws) -> impl Future<Output = Result<Self, StartError>> + Send;

    /// The service's own table, which also keeps its idempotency records and token buckets.
    fn table(&self) -> Option<&Table> {
        None
    }
}

/// One HTTP endpoint.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Its row: method, path, who may call, how often.
    const ROW: &'static Route;
    /// What the documentation says of it.
    const DOC: Doc;
    /// Whether what is answered changes with its version alone. What is live besides is answered
    /// whole, whatever `If-None-Match` says.
    const REVALIDATED: bool = true;
    /// Its service.
    type App: App;
    /// Who calls.
    type Caller: Caller;
    /// The path's parameters.
    type Params: Params;
    /// The query string.
    type Query: Query;
    /// The body.
    type Body: Body;
    /// The answer.
    type Reply: Reply;

    /// Answers one call.
    fn call(
        app: &Self::App,
        call: Call<Self>,
    ) -> impl Future<Output = Result<Self::Reply, Problem>> + Send;

    /// Headers with secrets that follow from who calls and what is answered. No answer is kept with
    /// them; they are worked out for the first one and again for each replay, so that a caller
    /// whose answer was lost still gets the key to what was made.
    fn secrets(_caller: &Self::Caller, _answer: &Answer) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// What the documentation says of an endpoint beyond its types.
#[derive(Debug, Clone, Copy)]
pub struct Doc {
    /// One line in the imperative: `Create a product`.
    pub summary: &'static str,
    /// A few sentences, or nothing.
    pub detail: &'static str,
    /// The problems of its service that it may answer with. The walk's own are added by the row.
    pub problems: &'static [Row],
}

/// The parameters of a path: `()` or a struct of strings and ids, named as in the row. What does
/// not parse names nothing, and is 404.
pub trait Params: DeserializeOwned + Send + 'static {
    /// A JSON schema with a property for each parameter, for the documentation; null where a
    /// parameter is any text.
    fn schema() -> Value {
        Value::Null
    }
}

impl Params for () {}

/// The one parameter that most paths have.
#[derive(Debug, Clone, Deserialize)]
pub struct ObjectParams<T> {
    /// The thing's id.
    pub id: T,
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Params for ObjectParams<T> {
    fn schema() -> Value {
        json!({ "properties": { "id": schema::of::<T>() } })
    }
}
