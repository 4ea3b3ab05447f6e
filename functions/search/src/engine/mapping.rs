//! How a new index is made: its settings, and the fields of its documents.

use serde_json::{Value, json};

/// Settings and mapping of a new index.
pub fn definition() -> Value {
    json!({
        "settings": { "index": {
            // How long a removed document's version is remembered: longer than any run that read
            // the product before can take to write it.
            "gc_deletes": "1h",
        } },
        "mappings": {
            "dynamic": false,
            "properties": {
                "id": { "type": "keyword" },
                "fingerprint": { "type": "keyword", "index": false },
                "name": { "type": "text" },
                "product": { "type": "object", "enabled": false },
            },
        },
    })
}
