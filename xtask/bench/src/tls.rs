//! A certificate for the recorder, and the roots that trust it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What both sides of a connection need.
pub struct Tls {
    /// The server's side.
    pub server: Arc<ServerConfig>,
    /// The authority that signed its certificate, in PEM.
    pub authority: PathBuf,
    /// That authority among the roots that our functions bring: reading them is part of a start.
    pub roots: PathBuf,
    /// That authority among the roots of a system, which the SDK reads unless it is told otherwise.
    pub system: PathBuf,
}

impl Tls {
    /// Makes an authority and a certificate of this run, and writes the public part into a folder.
    pub fn make(folder: &Path) -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // A certificate of the same name as its authority's would be taken for self-signed.
        params
            .distinguished_name
            .push(DnType::CommonName, "benchmark's authority");
        let root = params.self_signed(&key)?;
        let issuer = Issuer::new(params, key);

        let server_key = KeyPair::generate()?;
        let names = vec!["127.0.0.1".to_owned()];
        let server = CertificateParams::new(names)?.signed_by(&server_key, &issuer)?;
        let server_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone(), root.der().clone()], server_key)?;

        let bundle = |name: &str, others: &str| -> Result<PathBuf> {
            let path = folder.join(name);
            std::fs::write(&path, root.pem() + others)
                .with_context(|| format!("{}", path.display()))?;
            Ok(path)
        };
        Ok(Self {
            server: Arc::new(config),
            authority: bundle("authority.pem", "")?,
            roots: bundle("roots.pem", &String::from_utf8(aws::embedded_roots())?)?,
            system: bundle("system.pem", &system_roots()?)?,
        })
    }
}

/// What a system trusts: Mozilla's roots.
fn system_roots() -> Result<String> {
    let mut bundle = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        bundle.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in STANDARD.encode(certificate).as_bytes().chunks(64) {
            bundle.push_str(std::str::from_utf8(line)?);
            bundle.push('\n');
        }
        bundle.push_str("-----END CERTIFICATE-----\n");
    }
    Ok(bundle)
}
