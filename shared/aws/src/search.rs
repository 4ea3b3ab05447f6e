//! The search engine: plain HTTP to OpenSearch, signed where it is a domain of AWS.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::config::{Credentials, ProvideCredentials};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use kernel::{Clock, SystemClock};
use serde::Deserialize;

use crate::connect::{tls_provider, trust};
use crate::{Aws, Cause, StartError};

/// Where the search engine is; empty where a stage has none.
const ENDPOINT: &str = "OPENSEARCH_ENDPOINT";
/// How long a connection may take to open, and how long an answer may keep us waiting.
const PATIENCE: Duration = Duration::from_secs(1);

/// The search engine of a stage.
#[derive(Debug)]
pub struct SearchEngine {
    connector: Connector,
    endpoint: String,
    signer: Option<Signer>,
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

/// Why the search engine did not answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// It cannot be reached, or does not answer in time. Trying again may help.
    #[error("the search engine is not available")]
    Unavailable(#[source] Cause),
    /// It answered with another status than was asked for.
    #[error("the search engine answered {0}")]
    Status(u16),
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
            .connect_timeout(PATIENCE)
            .read_timeout(PATIENCE)
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
    /// How the cluster is.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn health(&self) -> Result<ClusterHealth, SearchError> {
        #[derive(Deserialize)]
        struct Answer {
            status: ClusterHealth,
        }
        let body = self.get("/_cluster/health").await?;
        serde_json::from_slice::<Answer>(&body)
            .map(|answer| answer.status)
            .map_err(|error| SearchError::Fault(error.into()))
    }

    async fn get(&self, path: &str) -> Result<Vec<u8>, SearchError> {
        let url = format!("{}{path}", self.endpoint);
        let mut request =
            HttpRequest::get(&url).map_err(|error| SearchError::Fault(error.into()))?;
        if let Some(signer) = &self.signer {
            let now = SystemClock.now().millis();
            let at = SystemTime::UNIX_EPOCH + Duration::from_millis(now.unsigned_abs());
            let signature = signer
                .sign("GET", &url, &[], at)
                .map_err(SearchError::Fault)?;
            for (name, value) in signature {
                request.headers_mut().insert(name, value);
            }
        }
        let answer = self
            .connector
            .call(request)
            .await
            .map_err(|error| SearchError::Unavailable(error.into()))?;
        if !answer.status().is_success() {
            return Err(SearchError::Status(answer.status().as_u16()));
        }
        ByteStream::new(answer.into_body())
            .collect()
            .await
            .map(aws_smithy_types::byte_stream::AggregatedBytes::to_vec)
            .map_err(|error| SearchError::Unavailable(error.into()))
    }
}

/// Signs requests to a domain of AWS in the function's name.
#[derive(Debug)]
struct Signer {
    credentials: Credentials,
    region: String,
}

impl Signer {
    /// The headers to send with a request.
    fn sign(
        &self,
        method: &str,
        url: &str,
        body: &[u8],
        at: SystemTime,
    ) -> Result<Vec<(String, String)>, Cause> {
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("es")
            .time(at)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let request =
            SignableRequest::new(method, url, std::iter::empty(), SignableBody::Bytes(body))?;
        let (instructions, _) = sign(request, &parameters)?.into_parts();
        Ok(instructions
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    fn environment(endpoint: &str) -> Environment {
        Environment::of([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            (
                "AWS_SECRET_ACCESS_KEY",
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            ),
            ("AWS_SESSION_TOKEN", "session"),
            (ENDPOINT, endpoint),
        ])
    }

    /// Serves one answer on a port of its own, and gives back what was asked.
    async fn serving(
        status: &'static str,
        body: &'static str,
    ) -> (String, tokio::task::JoinHandle<String>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = vec![0; 4096];
            let read = stream.read(&mut asked).await.unwrap();
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&asked[..read]).into_owned()
        });
        (endpoint, asked)
    }

    async fn engine(endpoint: &str) -> SearchEngine {
        let aws = Aws::connect(environment(endpoint)).await.unwrap();
        aws.search().await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_stage_without_an_endpoint_has_no_search_engine() {
        let aws = Aws::connect(environment("")).await.unwrap();
        assert!(aws.search().await.unwrap().is_none());
        let aws = Aws::connect(environment("search.example:9200"))
            .await
            .unwrap();
        let error = aws.search().await.unwrap_err();
        assert!(error.to_string().contains(ENDPOINT), "{error}");
    }

    #[tokio::test]
    async fn health_is_what_the_cluster_says() {
        let body = r#"{"cluster_name":"a","status":"yellow"}"#;
        let (endpoint, asked) = serving("200 OK", body).await;
        assert_eq!(
            engine(&endpoint).await.health().await.unwrap(),
            ClusterHealth::Yellow
        );
        let asked = asked.await.unwrap();
        assert!(
            asked.starts_with("GET /_cluster/health HTTP/1.1"),
            "{asked}"
        );
        assert!(
            !asked.to_lowercase().contains("authorization"),
            "plain HTTP is not signed"
        );
    }

    #[tokio::test]
    async fn what_is_down_or_refuses_is_told_apart() {
        let (endpoint, _asked) = serving("403 Forbidden", "").await;
        let error = engine(&endpoint).await.health().await.unwrap_err();
        assert!(matches!(error, SearchError::Status(403)), "{error:?}");

        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", closed.local_addr().unwrap());
        drop(closed);
        let error = engine(&endpoint).await.health().await.unwrap_err();
        assert!(matches!(error, SearchError::Unavailable(_)), "{error:?}");
    }

    #[tokio::test]
    async fn a_domain_is_asked_with_a_signature_for_its_own_region_and_service() {
        let engine = engine("https://search.example/").await;
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        let url = format!("{}/_cluster/health", engine.endpoint);
        let headers = engine.signer.unwrap().sign("GET", &url, &[], at).unwrap();
        let header = |wanted: &str| {
            let found = headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let expected = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-central-1/es/aws4_request, \
                        SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=";
        assert!(header("authorization").starts_with(expected), "{headers:?}");
        assert_eq!(header("x-amz-date"), "20260101T000000Z");
        assert_eq!(header("x-amz-security-token"), "session");
    }
}
