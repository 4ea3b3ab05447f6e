//! `GET /.well-known/jwks.json`: the keys that our tokens are checked with.

use aws::{Aws, PublicKeys, StartError, Table};
use edge::{Anyone, App, Bare, Call, Doc, Endpoint, Problem, rows};
use kernel::{Clock, SystemClock, Timestamp};
use manifest::{Route, resources, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How old the keys may be that we answer with: a new key is published longer than this before
/// it signs.
const FRESH: Duration = Duration::from_secs(60);

/// Lists the public keys.
pub struct ListKeys;

/// The public keys, as they were read last.
pub struct Keys {
    table: Table,
    known: Mutex<Option<(Timestamp, KeySet)>>,
}

impl App for Keys {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let keys = Self {
            table: aws.table(&resources::PLATFORM)?,
            known: Mutex::new(None),
        };
        // Also opens the connection. What fails now is asked for again with the first request.
        let _ = keys.current(SystemClock.now()).await;
        Ok(keys)
    }
}

impl Keys {
    async fn current(&self, now: Timestamp) -> Result<KeySet, Problem> {
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((read, keys)) = &*known
                && now.since(*read) < FRESH
            {
                return Ok(keys.clone());
            }
        }
        let stored = PublicKeys::load(&self.table).await?;
        let keys: KeySet = serde_json::from_str(&stored.jwks)
            .map_err(|error| Problem::new(rows::INTERNAL).cause(error))?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, keys.clone()));
        Ok(keys)
    }
}

impl Endpoint for ListKeys {
    const ROW: &'static Route = &routes::PLATFORM_KEYS;
    const DOC: Doc = Doc {
        summary: "List the public keys",
        detail: "The JSON Web Key Set (RFC 7517) that access tokens are checked with. A token's header names its key.",
        problems: &[],
    };
    type App = Keys;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Bare<KeySet>;

    async fn call(keys: &Keys, call: Call<Self>) -> Result<Bare<KeySet>, Problem> {
        Ok(Bare {
            status: 200,
            body: keys.current(call.at).await?,
        })
    }
}

/// A JSON Web Key Set (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<PublicKey>,
}

/// An RSA public key. It is read member by member, so that nothing else that stands beside it,
/// such as its private half, is ever given away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublicKey {
    /// The key's family, `RSA`.
    pub kty: String,
    /// What it is for, `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// The algorithm, `RS256`.
    pub alg: String,
    /// The key's name, which a token's header gives.
    pub kid: String,
    /// The modulus, in base64url.
    pub n: String,
    /// The exponent, in base64url.
    pub e: String,
}

#[cfg(test)]
mod tests;
