//! Where the functions run: what they find in their environment, and the events they get.

use std::path::PathBuf;

use anyhow::{Context, Result};
use manifest::resources;
use serde_json::{Value, json};
use testkit::Signer;

use crate::database::Database;
use crate::process::Variables;
use crate::tls::Tls;

/// Everything on this machine that a run needs.
pub struct Setting {
    /// The repository.
    pub root: PathBuf,
    /// The release binaries.
    pub binaries: PathBuf,
    /// The other languages' functions, installed.
    pub express: PathBuf,
    /// The program that is the database.
    pub database: PathBuf,
    /// The Python that has the local cloud's packages.
    pub python: PathBuf,
    /// What belongs to this machine alone.
    pub scratch: PathBuf,
    /// Certificates.
    pub tls: Tls,
    /// What signs the tokens.
    pub signer: Signer,
}

/// The name of a table of the manifest, where there is only one of it.
pub const PRODUCTS: &str = "bench-products";
/// The table of the public keys.
pub const PLATFORM: &str = "bench-platform";

/// The physical name of a table of the manifest.
pub fn table_name(table: &str) -> String {
    format!("bench-{table}")
}

impl Setting {
    /// What every function starts with; the database is at the endpoint.
    pub fn variables(&self, function: &str, endpoint: &str, products: &str) -> Variables {
        [
            ("AWS_LAMBDA_FUNCTION_NAME", function),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
            ("SSL_CERT_FILE", &self.tls.roots.to_string_lossy()),
            ("NODE_EXTRA_CA_CERTS", &self.tls.authority.to_string_lossy()),
            ("STAGE", "bench"),
            ("PUBLIC_URL", "https://api.example"),
            ("DEFAULT_CURRENCY", "USD"),
            ("JWT_ISSUER", self.signer.issuer()),
            ("JWT_AUDIENCE", self.signer.audience()),
            (&resources::PRODUCTS.env(), products),
            (&resources::PLATFORM.env(), PLATFORM),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The public keys that tokens are checked with.
    pub fn public_keys(&self) -> Value {
        json!({ "keys": [self.signer.public()] })
    }

    /// Every table of the manifest, empty but for the public keys.
    pub fn make_tables(&self, database: &Database) -> Result<()> {
        for table in resources::TABLES {
            database.create(table, &table_name(table.name))?;
        }
        self.publish_keys(database)
    }

    /// Puts the public keys of this run in their place.
    pub fn publish_keys(&self, database: &Database) -> Result<()> {
        let keys = json!({
            "pk": { "S": "keys" }, "sk": { "S": "public" },
            "type": { "S": "keys" }, "schema": { "N": "1" },
            "jwks": { "S": self.public_keys().to_string() },
        });
        database.call("PutItem", &json!({ "TableName": PLATFORM, "Item": keys }))?;
        Ok(())
    }

    /// The sample event of a function.
    pub fn event(&self, function: &str) -> Result<Value> {
        self.read(&format!("events/{function}.json"))
    }

    /// The generated list of what exists.
    pub fn manifest(&self) -> Result<Value> {
        self.read("infra/manifest.json")
    }

    /// A JSON file of the repository.
    pub fn read(&self, path: &str) -> Result<Value> {
        let path = self.root.join(path);
        let text = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{}", path.display()))
    }

    /// The binary of a function.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }
}

/// An event with a token.
pub fn with_token(mut event: Value, token: &str) -> Value {
    event["headers"]["authorization"] = json!(format!("Bearer {token}"));
    event
}
