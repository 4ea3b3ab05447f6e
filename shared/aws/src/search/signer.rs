//! Signatures of requests to a domain of AWS.

use std::time::SystemTime;

use aws_sdk_dynamodb::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;

use crate::Cause;

/// Signs requests to a domain of AWS in the function's name.
#[derive(Debug)]
pub(super) struct Signer {
    pub(super) credentials: Credentials,
    pub(super) region: String,
}

impl Signer {
    /// The headers to send with a request.
    pub(super) fn sign(
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
