//! Objects written part by part.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::BlobError;

/// S3's least size of a part but the last is 5 MiB; a little more keeps the parts few.
const PART: usize = 8 * 1024 * 1024;

/// An object that is being written. It holds one part in memory. Dropped without
/// [`finish`](Self::finish) or [`abandon`](Self::abandon) it leaves parts that nobody sees, which
/// the bucket's lifecycle removes.
#[derive(Debug)]
#[must_use]
pub struct Writer {
    client: aws_sdk_s3::Client,
    bucket: String,
    key: String,
    upload: String,
    buffer: Vec<u8>,
    parts: Vec<CompletedPart>,
}

impl Writer {
    pub(super) async fn begin(
        client: aws_sdk_s3::Client,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<Self, BlobError> {
        let answer = client
            .create_multipart_upload()
            .bucket(bucket)
            .key(key)
            .content_type(content_type)
            .send()
            .await
            .map_err(BlobError::of)?;
        let upload = answer
            .upload_id
            .ok_or_else(|| BlobError::Fault("an upload without an id".into()))?;
        Ok(Self {
            client,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            upload,
            buffer: Vec::new(),
            parts: Vec::new(),
        })
    }

    /// Adds bytes to the end.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PART {
            self.send().await?;
        }
        Ok(())
    }

    /// Makes the object of all that was written.
    pub async fn finish(mut self) -> Result<(), BlobError> {
        if !self.buffer.is_empty() || self.parts.is_empty() {
            self.send().await?;
        }
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(self.parts))
            .build();
        self.client
            .complete_multipart_upload()
            .bucket(self.bucket)
            .key(self.key)
            .upload_id(self.upload)
            .multipart_upload(parts)
            .send()
            .await
            .map_err(BlobError::of)?;
        Ok(())
    }

    /// Forgets what was written.
    pub async fn abandon(self) -> Result<(), BlobError> {
        self.client
            .abort_multipart_upload()
            .bucket(self.bucket)
            .key(self.key)
            .upload_id(self.upload)
            .send()
            .await
            .map_err(BlobError::of)?;
        Ok(())
    }

    async fn send(&mut self) -> Result<(), BlobError> {
        let number = i32::try_from(self.parts.len() + 1)
            .map_err(|error| BlobError::Fault(Box::new(error)))?;
        let answer = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(&self.key)
            .upload_id(&self.upload)
            .part_number(number)
            .body(ByteStream::from(std::mem::take(&mut self.buffer)))
            .send()
            .await
            .map_err(BlobError::of)?;
        self.parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(answer.e_tag)
                .build(),
        );
        Ok(())
    }
}
