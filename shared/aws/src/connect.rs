//! One configuration for every client.

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
        Ok(Table::new(self.dynamodb().clone(), name))
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
/// Against AWS the root certificates are the ones compiled in: reading the system's costs a
/// millisecond of each cold start. Where an endpoint or a certificate file is named, the system's
/// are trusted, because such an endpoint's certificate may be anybody's.
pub(crate) fn trust(environment: &Environment) -> Option<tls::TlsContext> {
    let trusts_system = environment.names().any(|name| {
        name.starts_with("AWS_ENDPOINT_URL")
            || matches!(name, "AWS_CA_BUNDLE" | "SSL_CERT_FILE" | "SSL_CERT_DIR")
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

/// Mozilla's root certificates in the only form that the SDK's client takes.
fn embedded_roots() -> Vec<u8> {
    let mut bundle = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        bundle.push_str("-----BEGIN CERTIFICATE-----\n");
        base64::engine::general_purpose::STANDARD.encode_string(certificate, &mut bundle);
        bundle.push_str("\n-----END CERTIFICATE-----\n");
    }
    bundle.into_bytes()
}
