//! The kinds of resources and of grants.

use crate::consumers::Source;
use crate::settings::Setting;

/// A DynamoDB table with the keys `pk` and `sk`, time to live on `expires`, and, with an outbox,
/// a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// The service's name.
    pub name: &'static str,
    /// Sparse global indexes.
    pub indexes: &'static [Index],
    /// Whether events are written with the state, for the relay to publish.
    pub outbox: bool,
}

impl Table {
    /// The variable that holds the table's physical name.
    pub fn env(&self) -> String {
        variable(self.name, "TABLE")
    }
}

/// A sparse global secondary index on string attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// The index's name.
    pub name: &'static str,
    /// The partition key's attribute.
    pub partition: &'static str,
    /// The sort key's attribute.
    pub sort: &'static str,
    /// What the index carries beside the keys.
    pub projection: Projection,
}

/// What an index carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// The keys only.
    Keys,
    /// The keys and these attributes.
    Include(&'static [&'static str]),
    /// The whole item.
    All,
}

/// An SNS topic that carries all events of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// The service that speaks.
    pub service: &'static str,
}

impl Topic {
    /// The topic's name, `products-events`.
    pub fn name(&self) -> String {
        format!("{}-events", self.service)
    }

    /// The variable that holds the topic's ARN.
    pub fn env(&self) -> String {
        variable(self.service, "TOPIC_ARN")
    }
}

/// A private S3 bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// What it holds.
    pub name: &'static str,
    /// Days after which an object is removed.
    pub expire_days: Option<u32>,
}

impl Bucket {
    /// The variable that holds the bucket's physical name.
    pub fn env(&self) -> String {
        variable(self.name, "BUCKET")
    }
}

/// A secret in Secrets Manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secret {
    /// What it is.
    pub name: &'static str,
    /// Who puts the value in.
    pub made_by: MadeBy,
}

/// Who makes a secret's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    /// The deployment: 64 random letters and digits, which are 381 bits.
    Deployment,
    /// Whoever runs the stage, by hand: it comes from somebody else.
    Operator,
    /// `cargo xtask rotate-keys`, once for the first value and again for each next.
    Rotation,
}

impl Secret {
    /// The variable that holds the secret's ARN.
    pub fn env(&self) -> String {
        variable(self.name, "SECRET_ARN")
    }
}

/// An OpenSearch domain.
///
/// Its physical name is `<stage>-<name>`, for a domain's name ends at 28 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain {
    /// What it is for.
    pub name: &'static str,
    /// The variable that holds its URL; empty where a stage has none.
    pub env: &'static str,
}

impl Domain {
    /// Its name in a stage.
    pub fn physical(&self, stage: &str) -> String {
        format!("{stage}-{}", self.name)
    }
}

fn variable(name: &str, kind: &str) -> String {
    format!("{}_{kind}", name.replace('-', "_").to_uppercase())
}

/// One thing a function may touch, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Get, batch-get and query a table and its indexes.
    Reads(&'static Table),
    /// What `Reads` may, and put, update, delete and check conditions.
    Writes(&'static Table),
    /// Get, put, update, delete and check the items whose partition starts so.
    WritesUnder(&'static Table, &'static str),
    /// Publish to a topic.
    Publishes(&'static Topic),
    /// Send to a consumer's queue.
    Sends(&'static Source),
    /// Get objects under a prefix.
    Gets(&'static Bucket, &'static str),
    /// Put objects under a prefix, in parts too.
    Puts(&'static Bucket, &'static str),
    /// Ask a search domain, in requests that change nothing.
    Searches(&'static Domain),
    /// What `Searches` may, and make, fill and remove a search domain's indexes.
    Indexes(&'static Domain),
    /// Ask AWS how a search domain is.
    Describes(&'static Domain),
    /// Read a secret's value.
    Reveals(&'static Secret),
    /// Send mails from the stage's sender.
    Mails,
    /// Know a decision of the stage.
    Told(&'static Setting),
}
