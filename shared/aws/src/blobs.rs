//! Objects of a bucket.

use std::time::Duration;

use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use crate::{Aws, Cause, StartError};

mod upload;

pub use upload::Writer;

/// A bucket.
#[derive(Debug, Clone)]
pub struct Blobs {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// Why a call to a bucket failed.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no such object.
    #[error("there is no such object")]
    Absent,
    /// The object is there, with another content than was asked for.
    #[error("the object is another than was asked for")]
    Changed,
    /// Trying again may help.
    #[error("the bucket is not available")]
    Unavailable(#[source] Cause),
    /// The call was wrong, or not permitted.
    #[error("the call to the bucket was refused")]
    Fault(#[source] Cause),
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// How many bytes it has.
    pub size: u64,
    /// The name of its content: another content has another.
    pub etag: Option<String>,
}

/// A request that somebody else may make for a while, with exactly these headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presigned {
    /// The method.
    pub method: String,
    /// The address, with the signature.
    pub url: String,
    /// Headers that are signed and so must be sent.
    pub headers: Vec<(String, String)>,
}

/// Megabytes take longer than items.
const ATTEMPT: Duration = Duration::from_secs(8);
const OPERATION: Duration = Duration::from_secs(20);

impl Aws {
    /// A bucket; its physical name comes from the variable that the manifest names.
    pub fn blobs(&self, bucket: &manifest::Bucket) -> Result<Blobs, StartError> {
        let name = self.environment().required(&bucket.env())?;
        let config = aws_sdk_s3::config::Builder::from(&self.config("S3"))
            .timeout_config(crate::connect::timeouts(ATTEMPT, OPERATION))
            // A checksum by default would be part of presigned requests, and those who use them
            // do not send it.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // A local endpoint has no host of the bucket's name.
            .force_path_style(self.is_elsewhere("S3"))
            .build();
        Ok(Blobs {
            client: aws_sdk_s3::Client::from_conf(config),
            bucket: name,
        })
    }
}

impl Blobs {
    /// Writes an object whole.
    pub async fn put(
        &self,
        key: &str,
        bytes: impl Into<Bytes>,
        content_type: &str,
    ) -> Result<(), BlobError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes.into()))
            .send()
            .await
            .map_err(BlobError::of)?;
        Ok(())
    }

    /// An object whole. It is held in memory: ask for its [`size`](Self::size) first when it is
    /// somebody else's.
    pub async fn get(&self, key: &str) -> Result<Vec<u8>, BlobError> {
        self.read(key, None, None).await
    }

    /// The bytes of an object from one place to before another; fewer where the object ends.
    pub async fn get_range(&self, key: &str, from: u64, to: u64) -> Result<Vec<u8>, BlobError> {
        self.get_range_of(key, None, from, to).await
    }

    /// The bytes of an object as [`get_range`](Self::get_range) reads them, but only while it has
    /// the content of this name.
    ///
    /// # Errors
    /// [`BlobError::Changed`] when it has another.
    pub async fn get_range_of(
        &self,
        key: &str,
        etag: Option<&str>,
        from: u64,
        to: u64,
    ) -> Result<Vec<u8>, BlobError> {
        if to <= from {
            return Ok(Vec::new());
        }
        self.read(key, etag, Some(format!("bytes={from}-{}", to - 1)))
            .await
    }

    async fn read(
        &self,
        key: &str,
        etag: Option<&str>,
        range: Option<String>,
    ) -> Result<Vec<u8>, BlobError> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .set_if_match(etag.map(str::to_owned))
            .set_range(range)
            .send()
            .await
            .map_err(BlobError::of)?;
        // Not every store that speaks S3 heeds the condition.
        if etag.is_some() && answer.e_tag() != etag {
            return Err(BlobError::Changed);
        }
        let body = answer.body.collect().await;
        let bytes = body.map_err(|error| BlobError::Unavailable(Box::new(error)))?;
        Ok(bytes.to_vec())
    }

    /// How many bytes an object has.
    pub async fn size(&self, key: &str) -> Result<u64, BlobError> {
        Ok(self.head(key).await?.size)
    }

    /// What is known of an object without reading it.
    pub async fn head(&self, key: &str) -> Result<Head, BlobError> {
        let answer = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(BlobError::of)?;
        let size = answer.content_length();
        let size = size.and_then(|length| u64::try_from(length).ok());
        Ok(Head {
            size: size.unwrap_or(0),
            etag: answer.e_tag,
        })
    }

    /// A request to write an object of this type, and of exactly this many bytes when a length is
    /// given: S3 cannot hold such a request to a greatest length, so the size is checked again
    /// when the object is read.
    pub async fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        length: Option<u64>,
        ttl: Duration,
    ) -> Result<Presigned, BlobError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .set_content_length(length.and_then(|length| i64::try_from(length).ok()))
            .presigned(lasting(ttl)?)
            .await
            .map(|request| Presigned::of(&request))
            .map_err(BlobError::of)
    }

    /// A request to read an object, which a browser saves under this name.
    pub async fn presign_get(
        &self,
        key: &str,
        filename: &str,
        ttl: Duration,
    ) -> Result<Presigned, BlobError> {
        // Whatever could end the quoted name or the header is left out.
        let name: String = filename
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '))
            .collect();
        self.client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .response_content_disposition(format!("attachment; filename=\"{name}\""))
            .presigned(lasting(ttl)?)
            .await
            .map(|request| Presigned::of(&request))
            .map_err(BlobError::of)
    }

    /// Begins to write an object part by part. Nothing is to be seen before it is finished.
    pub async fn upload(&self, key: &str, content_type: &str) -> Result<Writer, BlobError> {
        Writer::begin(self.client.clone(), &self.bucket, key, content_type).await
    }
}

fn lasting(ttl: Duration) -> Result<PresigningConfig, BlobError> {
    PresigningConfig::expires_in(ttl).map_err(|error| BlobError::Fault(Box::new(error)))
}

impl Presigned {
    fn of(request: &PresignedRequest) -> Self {
        Self {
            method: request.method().to_owned(),
            url: request.uri().to_owned(),
            // Inside a function the SDK adds the trace of this very call, which is not signed and is
            // nobody else's.
            headers: request
                .headers()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("x-amzn-trace-id"))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

impl BlobError {
    fn of<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let absent = matches!(error.code(), Some("NoSuchKey" | "NotFound"))
            || error
                .raw_response()
                .is_some_and(|answer| answer.status().as_u16() == 404)
                && error.code() != Some("NoSuchBucket");
        let is_another = error
            .raw_response()
            .is_some_and(|answer| answer.status().as_u16() == 412);
        if absent {
            Self::Absent
        } else if is_another {
            Self::Changed
        } else if crate::error::is_fault(&error) {
            Self::Fault(Box::new(error))
        } else {
            Self::Unavailable(Box::new(error))
        }
    }
}
