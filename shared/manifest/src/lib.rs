//! What exists: every function, what starts it, and what it may touch.
//!
//! This is the one source. `template.yaml`, the CDK app's `infra/manifest.json`, the local router,
//! the OpenAPI document, the sample events and the authorisation tests are all read off these
//! tables; a name, a path or a grant is said here and nowhere else.
//!
//! - [`services`]: what there is, and how quick it is meant to be.
//! - [`routes`]: HTTP endpoints.
//! - [`consumers`]: what hears which event, and what works off which queue.
//! - [`schedules`]: what runs by the clock.
//! - [`settings`]: what a stage decides.
//! - [`resources`]: tables, topics, buckets and secrets, and the **grants** on them.

pub mod consumers;
mod function;
mod macros;
pub mod resources;
pub mod routes;
pub mod schedules;
pub mod services;
pub mod settings;

pub use consumers::{Hears, Source};
pub use function::{Function, Sizing, Trigger, all as functions, logical_id};
pub use resources::{Bucket, Domain, Grant, Index, Projection, Secret, Table, Topic, grants_of};
pub use routes::{Method, Rate, Replay, Route, Throttle, TokenBucket, Who};
pub use schedules::Schedule;
pub use services::Service;
pub use settings::Setting;
