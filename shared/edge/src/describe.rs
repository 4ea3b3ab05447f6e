//! What a service deploys, as its front page lists it: for the generator, and for tests that must
//! find every row answered.

use crate::body::{Body, BodyDoc};
use crate::clockwork::Clockwork;
use crate::endpoint::{Doc, Endpoint, Params};
use crate::fallback::Fallback;
use crate::query::Query;
use crate::records::{BatchConsumer, Consumer, Relay, Worker};
use crate::reply::{Reply, ReplyDoc};
use crate::run;
use manifest::Route;
use schemars::SchemaGenerator;
use serde_json::Value;

/// One function of a service.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name in the manifest.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What its binary does. Naming it here also has its code generated in the library, so that the
    /// binary is a few lines of machine code.
    pub main: fn(),
}

/// What a function is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// An HTTP endpoint.
    Endpoint(Operation),
    /// It hears events.
    Consumer,
    /// It works off a queue, on messages such as this one gives.
    Worker(fn() -> Value),
    /// It hands on outboxes.
    Relay,
    /// It runs by the clock.
    Schedule,
    /// It answers what no route takes.
    Fallback,
}

/// An endpoint as the OpenAPI document needs it.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its row.
    pub row: &'static Route,
    /// Its words.
    pub doc: Doc,
    /// Whether `If-None-Match` is looked at.
    pub revalidated: bool,
    /// The name of its type, `CreateProduct`: the operation's id.
    pub name: fn() -> String,
    /// The path's parameters: an object's schema, or null where they are any text.
    pub params: fn() -> Value,
    /// The query's schema: an object whose properties are the parameters.
    pub query: fn() -> Value,
    /// The body.
    pub body: fn(&mut SchemaGenerator) -> Option<BodyDoc>,
    /// The answer.
    pub reply: fn(&mut SchemaGenerator) -> ReplyDoc,
    /// What else it may answer.
    pub otherwise: fn(&mut SchemaGenerator) -> Vec<ReplyDoc>,
    /// The schema that bodies are checked against; null for none.
    pub body_schema: fn() -> Value,
}

/// An endpoint.
pub fn endpoint<E: Endpoint>() -> Function {
    let name = || {
        let path = std::any::type_name::<E>();
        path.rsplit("::").next().unwrap_or(path).to_owned()
    };
    Function {
        name: E::ROW.name,
        kind: Kind::Endpoint(Operation {
            row: E::ROW,
            doc: E::DOC,
            revalidated: E::REVALIDATED,
            name,
            params: E::Params::schema,
            query: E::Query::schema,
            body: E::Body::describe,
            reply: E::Reply::describe,
            otherwise: E::Reply::otherwise,
            body_schema: E::Body::schema,
        }),
        main: run::run::<E>,
    }
}

/// A consumer of events.
pub fn consumer<C: Consumer>() -> Function {
    Function {
        name: C::ROW.name,
        kind: Kind::Consumer,
        main: run::run_consumer::<C>,
    }
}

/// A consumer of events in batches.
pub fn batch_consumer<C: BatchConsumer>() -> Function {
    Function {
        name: C::ROW.name,
        kind: Kind::Consumer,
        main: run::run_batch_consumer::<C>,
    }
}

/// A worker on a queue.
pub fn worker<W: Worker>() -> Function {
    Function {
        name: W::ROW.name,
        kind: Kind::Worker(W::example),
        main: run::run_worker::<W>,
    }
}

/// The relay.
pub fn relay<R: Relay>() -> Function {
    Function {
        name: R::ROW.name,
        kind: Kind::Relay,
        main: run::run_relay::<R>,
    }
}

/// A scheduled function.
pub fn clockwork<C: Clockwork>() -> Function {
    Function {
        name: C::ROW.name,
        kind: Kind::Schedule,
        main: run::run_clockwork::<C>,
    }
}

/// The fallback.
pub fn fallback<F: Fallback>() -> Function {
    Function {
        name: F::ROW.name,
        kind: Kind::Fallback,
        main: run::run_fallback::<F>,
    }
}
