//! Answers as they are kept.

use std::io::{Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kernel::OperationId;
use serde::{Deserialize, Serialize};

use super::Operation;
use crate::TableError;

/// The largest answer kept, packed: an item of DynamoDB is at most 400 KB with all else in it.
const LARGEST: usize = 380 * 1024;

/// An answer, kept to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The status.
    pub status: u16,
    /// Headers that belong to the answer rather than to the exchange.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

impl StoredAnswer {
    /// The head as a line of JSON, the body after it, all of it packed.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, TableError> {
        let head = Head {
            status: self.status,
            headers: self.headers.clone(),
        };
        let pack = || {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            serde_json::to_writer(&mut packed, &head)?;
            packed.write_all(b"\n")?;
            packed.write_all(&self.body)?;
            packed.finish()
        };
        let packed = pack().map_err(TableError::fault)?;
        if packed.len() > LARGEST {
            return Err(TableError::TooLarge);
        }
        Ok(packed)
    }

    pub(crate) fn decode(packed: &[u8]) -> Result<Self, TableError> {
        let corrupt = || TableError::Corrupt("a stored answer".into());
        let mut bytes = Vec::new();
        GzDecoder::new(packed)
            .read_to_end(&mut bytes)
            .map_err(|_| corrupt())?;
        let end = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(corrupt)?;
        let head: Head = serde_json::from_slice(&bytes[..end]).map_err(|_| corrupt())?;
        Ok(Self {
            status: head.status,
            headers: head.headers,
            body: bytes.split_off(end + 1),
        })
    }
}

/// An operation and how to answer when its effect is a `T`.
pub struct Answered<T> {
    operation: Operation,
    encode: Arc<dyn Fn(&T) -> StoredAnswer + Send + Sync>,
}

impl<T> Answered<T> {
    pub(super) fn new(
        operation: Operation,
        encode: impl Fn(&T) -> StoredAnswer + Send + Sync + 'static,
    ) -> Self {
        Self {
            operation,
            encode: Arc::new(encode),
        }
    }

    /// An operation that nobody waits for, such as a row of an import: no key is claimed and no
    /// answer kept. Its id should derive from what it is done for.
    pub fn silent(id: OperationId) -> Self {
        Self::new(Operation::unclaimed(id), |_| StoredAnswer {
            status: 204,
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    /// The operation.
    pub const fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The operation's id, from which the ids of what it makes derive.
    pub const fn id(&self) -> OperationId {
        self.operation.id
    }

    pub(crate) fn encode(&self, effect: &T) -> StoredAnswer {
        (self.encode)(effect)
    }
}

impl<T> Clone for Answered<T> {
    fn clone(&self) -> Self {
        Self {
            operation: self.operation.clone(),
            encode: Arc::clone(&self.encode),
        }
    }
}

impl<T> std::fmt::Debug for Answered<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Answered").field(&self.operation).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: Vec<u8>) -> StoredAnswer {
        StoredAnswer {
            status: 201,
            headers: vec![("location".into(), "/api/v1/things/1\n".into())],
            body,
        }
    }

    #[test]
    fn an_answer_comes_back_byte_for_byte() {
        for body in [Vec::new(), b"\n\n{}".to_vec(), (0..=255).collect()] {
            let answer = answer(body);
            let packed = answer.encode().unwrap();
            assert_eq!(StoredAnswer::decode(&packed).unwrap(), answer);
        }
    }

    #[test]
    fn an_answer_beyond_an_item_is_too_large_and_a_damaged_one_corrupt() {
        let noise = std::iter::repeat_with(|| fastrand::u8(..))
            .take(LARGEST + 1)
            .collect();
        assert!(matches!(answer(noise).encode(), Err(TableError::TooLarge)));
        let packed = answer(b"x".to_vec()).encode().unwrap();
        for damaged in [&packed[..packed.len() - 9], b"", b"plain text"] {
            assert!(matches!(
                StoredAnswer::decode(damaged),
                Err(TableError::Corrupt(_))
            ));
        }
    }
}
