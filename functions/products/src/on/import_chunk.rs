//! Works off the chunks of imports.

use edge::{Setback, Worker};
use kernel::Timestamp;
use manifest::{Source, consumers};
use serde_json::{Value, json};

use crate::{Chunk, Transfers};

/// Writes the products of a chunk.
pub struct ImportChunk;

impl Worker for ImportChunk {
    const ROW: &'static Source = &consumers::PRODUCTS_ON_IMPORT_CHUNK;
    type App = Transfers;
    type Message = Chunk;

    fn example() -> Value {
        json!({
            "importId": "imp_01jxy3rp00fmq8y42b7h5ytvr1",
            "number": 1,
            "from": 0,
            "to": 4096,
            "firstRow": 1,
        })
    }

    async fn work(transfers: &Transfers, chunk: Chunk, at: Timestamp) -> Result<(), Setback> {
        // A passing fault is tried again at once: over the queue it would take minutes. What was
        // done the first time is found.
        match transfers.work_on(&chunk, at).await {
            Ok(()) => Ok(()),
            Err(_) => Ok(transfers.work_on(&chunk, at).await?),
        }
    }
}
