//! The search engine: plain HTTP to OpenSearch, signed where it is a domain of AWS.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::config::ProvideCredentials;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::{AggregatedBytes, ByteStream};
use kernel::{Clock, SystemClock};
use serde::Deserialize;
use serde_json::Value;

use crate::connect::{tls_provider, trust};
use crate::{Aws, Cause, StartError};

#[cfg(feature = "search-domain")]
mod domain;
mod signer;

#[cfg(feature = "search-domain")]
pub use domain::{DomainState, SearchDomain};
use signer::Signer;

/// Where the search engine is; empty where a stage has none.
const ENDPOINT: &str = "OPENSEARCH_ENDPOINT";
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(1);
/// How long an answer may keep us waiting, unless somebody has more patience.
const PATIENCE: Duration = Duration::from_secs(1);

/// The search engine of a stage.
#[derive(Debug)]
pub struct SearchEngine {
    connector: Connector,
    endpoint: String,
    signer: Option<Signer>,
    patience: Duration,
}

/// How a cluster is, as it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClusterHealth {
    /// Everything is there, with every copy.
    Green,
    /// Everything is there, but a copy is missing; a single node never has more.
    Yellow,
    /// Something cannot be searched.
    Red,
}

/// What is asked of the engine. All of it can be asked twice: what changes documents names their
/// versions.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// To be shown something.
    Get,
    /// The same, as a body says: a search. Readers are granted no other verb than GET.
    Find(&'a [u8]),
    /// To make something.
    Put(&'a [u8]),
    /// To do something; without a body where it says nothing.
    Post(&'a [u8]),
    /// To remove something.
    Delete,
}

/// What the engine answered.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineAnswer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Value,
}

/// Why the search engine did not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It cannot be reached, does not answer in time, or has too much to do. Trying again may help.
    #[error("the search engine is not available")]
    Unavailable(#[source] Cause),
    /// It answered with another status than was asked for.
    #[error("the search engine answered {status}: {reason}")]
    Status {
        /// Its status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// The request or the answer is not what it should be: a bug.
    #[error("the search engine was asked wrongly")]
    Fault(#[source] Cause),
}

impl Aws {
    /// The search engine; none where the stage has none.
    ///
    /// # Errors
    /// When its endpoint is no URL.
    pub async fn search(&self) -> Result<Option<SearchEngine>, StartError> {
        let Some(endpoint) = self.environment().optional(ENDPOINT) else {
            return Ok(None);
        };
        let secure = endpoint.starts_with("https://");
        if !secure && !endpoint.starts_with("http://") {
            let rule = "it starts with https:// or http://";
            return Err(StartError::malformed(ENDPOINT, rule));
        }
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(CONNECT)
            .build();
        let builder = Connector::builder()
            .connector_settings(settings)
            .tls_provider(tls_provider());
        let builder = match trust(self.environment()) {
            Some(context) => builder.tls_context(context),
            None => builder,
        };
        let signer = if secure {
            Some(self.signer().await?)
        } else {
            None
        };
        Ok(Some(SearchEngine {
            connector: builder.build(),
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            signer,
            patience: PATIENCE,
        }))
    }

    async fn signer(&self) -> Result<Signer, StartError> {
        let missing = || StartError::Missing("AWS_ACCESS_KEY_ID".to_owned());
        let provider = self.credentials().ok_or_else(missing)?;
        let credentials = provider
            .provide_credentials()
            .await
            .map_err(|error| StartError::unreadable("the credentials", error))?;
        Ok(Signer {
            credentials,
            region: self.region().to_owned(),
        })
    }
}

impl SearchEngine {
    /// The same engine, waited for longer or less long.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How the cluster is.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn health(&self) -> Result<ClusterHealth, EngineError> {
        let mut answer = self.ask("/_cluster/health", Ask::Get).await?.good()?;
        serde_json::from_value(answer["status"].take())
            .map_err(|error| EngineError::Fault(error.into()))
    }

    /// Asks for something by a path, which starts with a slash and is a URL's already.
    ///
    /// What the engine refuses is an answer too; that it has too much to do is an error.
    ///
    /// # Errors
    /// When it does not answer in JSON, or at all.
    pub async fn ask(&self, path: &str, ask: Ask<'_>) -> Result<EngineAnswer, EngineError> {
        match tokio::time::timeout(self.patience, self.answer(path, ask)).await {
            Ok(answer) => answer,
            Err(late) => Err(EngineError::Unavailable(late.into())),
        }
    }

    async fn answer(&self, path: &str, ask: Ask<'_>) -> Result<EngineAnswer, EngineError> {
        let answer = match self.connector.call(self.request(path, ask)?).await {
            Ok(answer) => answer,
            // A connection that was kept open may be found closed when it is used again; the
            // second one is new.
            Err(error) if error.is_timeout() => return Err(EngineError::Unavailable(error.into())),
            Err(_) => self
                .connector
                .call(self.request(path, ask)?)
                .await
                .map_err(|error| EngineError::Unavailable(error.into()))?,
        };
        let status = answer.status().as_u16();
        let bytes = ByteStream::new(answer.into_body())
            .collect()
            .await
            .map(AggregatedBytes::into_bytes)
            .map_err(|error| EngineError::Unavailable(error.into()))?;
        if matches!(status, 429 | 502..=504) {
            let said = String::from_utf8_lossy(&bytes).into_owned();
            return Err(EngineError::Unavailable(format!("{status}: {said}").into()));
        }
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).or_else(|error| {
                // What stands before an engine refuses in HTML or plain text.
                let said = String::from_utf8_lossy(&bytes).into_owned();
                if status >= 400 {
                    Ok(Value::String(said))
                } else {
                    Err(EngineError::Fault(error.into()))
                }
            })?
        };
        Ok(EngineAnswer { status, body })
    }

    fn request(&self, path: &str, ask: Ask<'_>) -> Result<HttpRequest, EngineError> {
        let (method, body) = match ask {
            Ask::Get => ("GET", &[][..]),
            Ask::Find(body) => ("GET", body),
            Ask::Put(body) => ("PUT", body),
            Ask::Post(body) => ("POST", body),
            Ask::Delete => ("DELETE", &[][..]),
        };
        let url = format!("{}{path}", self.endpoint);
        let fault = |error: Cause| EngineError::Fault(error);
        let mut request = HttpRequest::new(if body.is_empty() {
            SdkBody::empty()
        } else {
            SdkBody::from(body)
        });
        request
            .set_method(method)
            .map_err(|error| fault(error.into()))?;
        request
            .set_uri(url.as_str())
            .map_err(|error| fault(error.into()))?;
        if !body.is_empty() {
            // Lines of JSON end in a line's end, and one JSON of ours does not.
            let media = if body.ends_with(b"\n") {
                "application/x-ndjson"
            } else {
                "application/json"
            };
            request.headers_mut().insert("content-type", media);
        }
        if let Some(signer) = &self.signer {
            let now = SystemClock.now().millis();
            let at = SystemTime::UNIX_EPOCH + Duration::from_millis(now.unsigned_abs());
            for (name, value) in signer.sign(method, &url, body, at).map_err(fault)? {
                request.headers_mut().insert(name, value);
            }
        }
        Ok(request)
    }
}

impl EngineAnswer {
    /// Whether the engine did what was asked for.
    pub const fn is_good(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Its body.
    ///
    /// # Errors
    /// When the engine did not do what was asked for.
    pub fn good(self) -> Result<Value, EngineError> {
        if self.is_good() {
            return Ok(self.body);
        }
        let reason = self.body.pointer("/error/reason").and_then(Value::as_str);
        let reason = reason.map_or_else(|| self.body.to_string(), str::to_owned);
        Err(EngineError::Status {
            status: self.status,
            reason: reason.chars().take(500).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
