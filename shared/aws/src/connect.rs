//! One configuration for every client.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedHttpClient,
};
use aws_smithy_http_client::{Builder, tls};
use aws_types::SdkConfig;
use base64::Engine;

use crate::{Environment, StartError, Table};

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(1);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(2);
/// How long a call may take with all its attempts.
pub(crate) const OPERATION: Duration = Duration::from_secs(5);
/// Attempts of a call, the first included. The SDK's own token bucket keeps the tries of a
/// process few while a service is down; nothing of ours retries what the SDK has retried.
const ATTEMPTS: u32 = 3;

/// The account: configuration and clients, built as they are asked for.
#[derive(Clone)]
pub struct Aws(Arc<Inner>);

struct Inner {
    environment: Environment,
    base: SdkConfig,
    region: String,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    connected: Arc<AtomicBool>,
}

impl Aws {
    /// Reads the configuration. Nothing is sent yet; [`Table::warm`] opens a connection.
    ///
    /// Region and credentials are those of the function's own variables, which Lambda sets for
    /// the life of the process. Profiles and instance metadata are not looked at: no function
    /// needs them, and the chain that looks costs every cold start.
    pub async fn connect(environment: Environment) -> Result<Self, StartError> {
        let region = match environment.optional("AWS_REGION") {
            Some(region) => region,
            None => environment
                .optional("AWS_DEFAULT_REGION")
                .ok_or_else(|| StartError::Missing("AWS_REGION".to_owned()))?,
        };
        let credentials = Credentials::new(
            environment.required("AWS_ACCESS_KEY_ID")?,
            environment.required("AWS_SECRET_ACCESS_KEY")?,
            environment.optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let base = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client(&environment))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts(ATTEMPT, OPERATION))
            .build();
        Ok(Self(Arc::new(Inner {
            environment,
            base,
            region,
            dynamodb: OnceLock::new(),
            connected: Arc::default(),
        })))
    }

    /// The variables it was connected with.
    pub fn environment(&self) -> &Environment {
        &self.0.environment
    }

    /// The region that calls go to.
    pub fn region(&self) -> &str {
        &self.0.region
    }

    #[cfg(feature = "search")]
    pub(crate) fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.0.base.credentials_provider()
    }

    /// A table; its physical name comes from the variable that the manifest names.
    pub fn table(&self, table: &manifest::Table) -> Result<Table, StartError> {
        let name = self.environment().required(&table.env())?;
        let connected = Arc::clone(&self.0.connected);
        Ok(Table::new(self.dynamodb().clone(), name, connected))
    }

    pub(crate) fn dynamodb(&self) -> &aws_sdk_dynamodb::Client {
        self.0
            .dynamodb
            .get_or_init(|| aws_sdk_dynamodb::Client::new(&self.config("DYNAMODB")))
    }

    /// The configuration for one service: its endpoint may be elsewhere, as the SDKs' common
    /// variables say.
    pub(crate) fn config(&self, service: &str) -> SdkConfig {
        let environment = self.environment();
        let endpoint = environment
            .optional(&format!("AWS_ENDPOINT_URL_{service}"))
            .or_else(|| environment.optional("AWS_ENDPOINT_URL"));
        let mut config = self.0.base.clone().into_builder();
        config.set_endpoint_url(endpoint);
        config.build()
    }

    /// Whether a service is somewhere else than at AWS.
    #[cfg(feature = "s3")]
    pub(crate) fn is_elsewhere(&self, service: &str) -> bool {
        self.config(service).endpoint_url().is_some()
    }
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Aws").field(&self.0.region).finish()
    }
}

/// Timeouts of a call: the SDK has none of its own but for the connection.
pub(crate) fn timeouts(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(attempt)
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}

/// One pool of connections for every client.
fn http_client(environment: &Environment) -> SharedHttpClient {
    let builder = Builder::new().tls_provider(tls_provider());
    match trust(environment) {
        Some(context) => builder.tls_context(context).build_https(),
        None => builder.build_https(),
    }
}

/// The TLS stack of every connection.
pub(crate) fn tls_provider() -> tls::Provider {
    tls::Provider::rustls(tls::rustls_provider::CryptoMode::AwsLc)
}

/// Whom connections trust; none for the system's roots.
///
/// Against AWS these are the roots of its own authority, compiled in: reading all that a system
/// trusts is more than half of what a start computes. Where an endpoint or a certificate file is
/// named, the system's are trusted, because such an endpoint's certificate may be anybody's.
pub(crate) fn trust(environment: &Environment) -> Option<tls::TlsContext> {
    let trusts_system = environment.names().any(|name| {
        name.starts_with("AWS_ENDPOINT_URL") || matches!(name, "SSL_CERT_FILE" | "SSL_CERT_DIR")
    });
    if trusts_system {
        return None;
    }
    let store = tls::TrustStore::empty().with_pem_certificate(embedded_roots());
    tls::TlsContext::builder()
        .with_trust_store(store)
        .build()
        .ok()
}

/// The roots of the certificates that AWS's endpoints have, by the names that they give themselves.
/// AWS asks its callers to trust all of these.
const AMAZON: [&[u8]; 2] = [
    b"Amazon Root CA ",
    b"Starfield Services Root Certificate Authority - G2",
];
/// A certificate names its issuer, which is a root itself, within its first bytes.
const ISSUER_WITHIN: usize = 256;

/// Amazon's root certificates, in the only form that the SDK's client takes.
pub fn embedded_roots() -> Vec<u8> {
    bundle(|certificate| {
        let names = certificate.get(..ISSUER_WITHIN).unwrap_or(certificate);
        let is_amazons = |name: &&[u8]| names.windows(name.len()).any(|part| part == *name);
        AMAZON.iter().any(is_amazons)
    })
}

/// The root certificates that browsers trust and that are wanted, one after the other in text.
pub(crate) fn bundle(is_wanted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut bundle = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        if !is_wanted(certificate) {
            continue;
        }
        bundle.push_str("-----BEGIN CERTIFICATE-----\n");
        base64::engine::general_purpose::STANDARD.encode_string(certificate, &mut bundle);
        bundle.push_str("\n-----END CERTIFICATE-----\n");
    }
    bundle.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lambda() -> Environment {
        Environment::of([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ])
    }

    #[test]
    fn every_embedded_root_can_be_read() {
        let context = trust(&lambda()).unwrap();
        // The client reads the certificates when a connector is built, and panics at a bad one.
        let _ = aws_smithy_http_client::Connector::builder()
            .tls_provider(tls_provider())
            .tls_context(context)
            .build();
        let bundle = String::from_utf8(embedded_roots()).unwrap();
        let roots = bundle.matches("BEGIN CERTIFICATE").count();
        assert_eq!(roots, 5, "Amazon Root CA 1 to 4, and Starfield's");
    }

    #[test]
    fn the_system_is_trusted_where_an_endpoint_or_certificates_are_named() {
        assert!(trust(&lambda()).is_some());
        for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "SSL_CERT_FILE"] {
            assert!(trust(&lambda().with(name, "x")).is_none(), "{name}");
            assert!(trust(&lambda().with(name, "")).is_some(), "{name} empty");
        }
    }

    #[tokio::test]
    async fn every_call_has_timeouts_and_few_tries() {
        let aws = Aws::connect(lambda()).await.unwrap();
        let config = aws.config("DYNAMODB");
        let timeouts = config.timeout_config().unwrap();
        assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(1)));
        assert_eq!(timeouts.read_timeout(), Some(Duration::from_secs(2)));
        assert_eq!(
            timeouts.operation_attempt_timeout(),
            Some(Duration::from_secs(2))
        );
        assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(5)));
        assert_eq!(config.retry_config().unwrap().max_attempts(), 3);
    }

    #[tokio::test]
    async fn one_service_may_be_elsewhere() {
        let environment = lambda()
            .with("AWS_ENDPOINT_URL", "http://all")
            .with("AWS_ENDPOINT_URL_DYNAMODB", "http://one");
        let aws = Aws::connect(environment).await.unwrap();
        assert_eq!(aws.config("DYNAMODB").endpoint_url(), Some("http://one"));
        assert_eq!(aws.config("SQS").endpoint_url(), Some("http://all"));
        let aws = Aws::connect(lambda()).await.unwrap();
        assert_eq!(aws.config("SQS").endpoint_url(), None);
    }

    #[tokio::test]
    async fn what_is_missing_is_named() {
        for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            let error = Aws::connect(lambda().with(name, "")).await.unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        let aws = Aws::connect(
            lambda()
                .with("AWS_REGION", "")
                .with("AWS_DEFAULT_REGION", "x"),
        );
        assert_eq!(aws.await.unwrap().region(), "x");
        let aws = Aws::connect(lambda()).await.unwrap();
        let error = aws.table(&manifest::resources::PRODUCTS).unwrap_err();
        assert!(error.to_string().contains("PRODUCTS_TABLE"), "{error}");
    }
}
