//! HTTPS to others than AWS, over the stack that the SDK's clients bring along.

use std::time::Duration;

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::Cause;
use crate::connect::{bundle, tls_provider};

/// A client for HTTPS. It keeps its connections.
#[derive(Debug)]
pub struct Https {
    connector: Connector,
}

/// What is asked.
#[derive(Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The whole URL.
    pub url: &'a str,
    /// Headers by their lower-case names.
    pub headers: &'a [(&'static str, &'a str)],
    /// The body; empty for none.
    pub body: &'a str,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Retry-After`, where it is a number of seconds.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer. The request may have arrived all the same, unless it is a fault.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
    /// There was none in time, or the connection was refused or broke.
    #[error("there was no answer")]
    Unanswered(#[source] Cause),
    /// The request could not be put together: a bug.
    #[error("the request is malformed")]
    Fault(#[source] Cause),
}

impl Https {
    /// A client that trusts whom browsers trust: nobody says today which authority another
    /// company's certificate will be of tomorrow. A URL of `http://` has no certificate, and reading
    /// the roots is left out.
    pub fn new(base: &str, connect: Duration, read: Duration) -> Self {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(connect)
            .read_timeout(read)
            .build();
        let trusted = if base.starts_with("https://") {
            bundle(|_| true)
        } else {
            Vec::new()
        };
        let store = tls::TrustStore::empty().with_pem_certificate(trusted);
        let context = tls::TlsContext::builder().with_trust_store(store).build();
        let builder = Connector::builder()
            .connector_settings(settings)
            .tls_provider(tls_provider());
        let builder = match context {
            Ok(context) => builder.tls_context(context),
            Err(_) => builder,
        };
        Self {
            connector: builder.build(),
        }
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send(&self, asked: Request<'_>) -> Result<Answer, HttpsError> {
        let fault = |error: Cause| HttpsError::Fault(error);
        let mut request = HttpRequest::new(SdkBody::from(asked.body));
        request
            .set_method(asked.method)
            .map_err(|error| fault(error.into()))?;
        request
            .set_uri(asked.url)
            .map_err(|error| fault(error.into()))?;
        for (name, value) in asked.headers {
            request
                .headers_mut()
                .try_insert(*name, (*value).to_owned())
                .map_err(|error| fault(error.into()))?;
        }
        let answer = self
            .connector
            .call(request)
            .await
            .map_err(|error| HttpsError::Unanswered(error.into()))?;
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get("retry-after")
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs);
        let body = ByteStream::new(answer.into_body())
            .collect()
            .await
            .map_err(|error| HttpsError::Unanswered(error.into()))?
            .to_vec();
        Ok(Answer {
            status,
            retry_after,
            body,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_that_browsers_trust_can_be_read() {
        // The client reads the certificates when it is built, and panics at a bad one.
        let _ = Https::new(
            "https://api.example",
            Duration::from_secs(1),
            Duration::from_secs(1),
        );
        let text = String::from_utf8(bundle(|_| true)).unwrap();
        let roots = text.matches("BEGIN CERTIFICATE").count();
        assert_eq!(roots, webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
    }
}
