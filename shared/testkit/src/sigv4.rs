//! AWS Signature Version 4, for the few calls that a test makes to the account itself.

use kernel::Timestamp;
use sha2::{Digest, Sha256};

use crate::account::Credentials;
use crate::signer::hmac_sha256;

/// What is signed.
pub(crate) struct Unsigned<'a> {
    pub method: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    pub at: Timestamp,
}

/// The headers that make it a signed request.
pub(crate) fn sign(request: &Unsigned<'_>, credentials: &Credentials) -> Vec<(String, String)> {
    let stamp: String = request
        .at
        .to_string()
        .chars()
        .filter(|letter| !matches!(letter, '-' | ':'))
        .collect();
    // `20260131T090507.042Z` without its parts of a second.
    let stamp = format!("{}Z", &stamp[..15]);
    let day = &stamp[..8];
    let digest = hex(&Sha256::digest(request.body));
    let mut added = vec![
        ("x-amz-date".to_owned(), stamp.clone()),
        ("x-amz-content-sha256".to_owned(), digest.clone()),
    ];
    if let Some(token) = &credentials.token {
        added.push(("x-amz-security-token".to_owned(), token.clone()));
    }
    let mut signed: Vec<(String, &str)> = request
        .headers
        .iter()
        .chain(&added)
        .map(|(name, value)| (name.to_lowercase(), value.trim()))
        .chain([("host".to_owned(), request.host)])
        .collect();
    signed.sort();
    let names = signed
        .iter()
        .map(|(name, _)| name.as_str())
        .collect::<Vec<_>>()
        .join(";");
    let lines: String = signed
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let mut query: Vec<&str> = request
        .query
        .split('&')
        .filter(|part| !part.is_empty())
        .collect();
    query.sort_unstable();
    let canonical = format!(
        "{}\n{}\n{}\n{lines}\n{names}\n{digest}",
        request.method,
        request.path,
        query.join("&"),
    );
    let scope = format!("{day}/{}/{}/aws4_request", request.region, request.service);
    let text = format!(
        "AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}",
        hex(&Sha256::digest(canonical))
    );
    let first = format!("AWS4{}", credentials.secret);
    let key = [day, request.region, request.service, "aws4_request"]
        .iter()
        .fold(first.into_bytes(), |key, part| {
            hmac_sha256(&key, part.as_bytes()).to_vec()
        });
    let signature = hex(&hmac_sha256(&key, text.as_bytes()));
    added.push((
        "authorization".to_owned(),
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            credentials.key
        ),
    ));
    added
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
