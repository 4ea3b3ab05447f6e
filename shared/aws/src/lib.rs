//! Thin typed use of the AWS SDK: the only crate that builds clients.
//!
//! [`Aws::connect`] reads an [`Environment`] once and holds one configuration, so that timeouts,
//! tries and trust are decided in one place. From it come:
//!
//! - [`Table`]: items by key, [queries](Query), conditional writes and [transactions](Transaction)
//!   whose refusals carry the name of the action that was refused.
//! - [`once`]: the record of an idempotency key, whose answer is stored with the effect.
//! - [`bucket`]: how often a caller may.
//! - [`outbox`]: events, written with the state that they tell of.
//! - [`PublicKeys`]: what tokens are checked with; [`TokenVersions`]: which of them have ended.
//! - `Blobs`, `Mail`, `Queue`, `Topic`, `Secrets` and `SearchEngine`, each behind the feature of its
//!   name; `https` for those who are not AWS.
//!
//! Three prefixes of partition keys belong to this crate in every table: `~once#`, `~rate#` and
//! `~outbox#`. No service's key starts with `~`.

#[cfg(feature = "s3")]
pub mod blobs;
pub mod bucket;
mod condition;
mod connect;
#[cfg(feature = "dead-letters")]
mod dead_letters;
mod environment;
mod error;
#[cfg(feature = "https")]
pub mod https;
mod item;
mod key;
mod keys;
#[cfg(feature = "ses")]
mod mail;
pub mod once;
pub mod outbox;
mod query;
#[cfg(feature = "sqs")]
mod queue;
mod retry;
#[cfg(feature = "search")]
mod search;
#[cfg(feature = "secrets")]
mod secrets;
#[cfg(feature = "secrets")]
pub mod signing_keys;
mod table;
#[cfg(feature = "testing")]
pub mod testing;
mod token_versions;
#[cfg(feature = "sns")]
mod topic;
mod transaction;
mod update;

pub use aws_sdk_dynamodb::types::AttributeValue;

#[cfg(feature = "s3")]
pub use blobs::{BlobError, Blobs, Head, Presigned};
pub use bucket::Taken;
pub use condition::Condition;
pub use connect::{Aws, embedded_roots};
#[cfg(feature = "dead-letters")]
pub use dead_letters::DeadLetter;
pub use environment::{Environment, StartError};
pub use error::{Cause, TableError};
pub use item::{Attributes, Item, decode, project};
pub use key::{Key, Position};
pub use keys::PublicKeys;
#[cfg(feature = "ses")]
pub use mail::{Letter, Mail, MailError};
pub use once::{Answered, Claim, Operation, StoredAnswer};
pub use outbox::OutboxItem;
pub use query::{Query, Slice};
#[cfg(feature = "sqs")]
pub use queue::{Queue, QueueError};
#[cfg(feature = "search")]
pub use search::{Ask, ClusterHealth, EngineAnswer, EngineError, SearchEngine};
#[cfg(feature = "search-domain")]
pub use search::{DomainState, SearchDomain};
#[cfg(feature = "secrets")]
pub use secrets::{SecretError, Secrets};
#[cfg(feature = "secrets")]
pub use signing_keys::{KeySet, SigningKey, SigningKeys};
pub use table::Table;
pub use token_versions::TokenVersions;
#[cfg(feature = "sns")]
pub use topic::{Message, Topic, TopicError};
pub use transaction::{Refusal, Transaction, TransactionError};
pub use update::Update;
