//! How a new index is made: its settings, and the fields of its documents.

use serde_json::{Value, json};

/// Settings and mapping of a new index. `docs` of what the fields are for is in [`super::document`],
/// which fills them.
pub fn definition() -> Value {
    let text = json!({ "type": "text", "analyzer": "language" });
    let keyword = json!({ "type": "keyword" });
    let folded = json!({ "type": "keyword", "normalizer": "folded" });
    json!({
        "settings": {
            "index": {
                // One shard, so that counts are exact and scores comparable: a shard takes tens of
                // millions of products.
                "number_of_shards": 1,
                // How long a removed document's version is remembered: longer than any run that
                // read the product before can take to write it.
                "gc_deletes": "1h",
            },
            "analysis": {
                "filter": {
                    "english": { "type": "stemmer", "language": "english" },
                    "beginnings": { "type": "edge_ngram", "min_gram": 1, "max_gram": 20 },
                },
                "normalizer": {
                    "folded": { "type": "custom", "filter": ["lowercase", "asciifolding"] },
                },
                "analyzer": {
                    "language": {
                        "type": "custom", "tokenizer": "standard",
                        "filter": ["lowercase", "asciifolding", "english"],
                    },
                    "plain": {
                        "type": "custom", "tokenizer": "standard",
                        "filter": ["lowercase", "asciifolding"],
                    },
                    "beginning": {
                        "type": "custom", "tokenizer": "standard",
                        "filter": ["lowercase", "asciifolding", "beginnings"],
                    },
                },
            },
        },
        "mappings": {
            "dynamic": false,
            "properties": {
                "id": keyword,
                "fingerprint": { "type": "keyword", "index": false },
                "name": text,
                "description": text,
                "facts": text,
                "brand": text,
                "shelves": text,
                "runs": folded,
                "ends": folded,
                "codes": folded,
                "numbers": folded,
                // What misspelt words are held against: words as they are written.
                "words": { "type": "text", "analyzer": "plain" },
                "beginnings": {
                    "type": "text", "analyzer": "beginning", "search_analyzer": "plain",
                },
                "brand_beginnings": {
                    "type": "text", "analyzer": "beginning", "search_analyzer": "plain",
                },
                "brand_key": keyword,
                "brand_name": keyword,
                "categories": keyword,
                "price": { "type": "double" },
                "in_stock": { "type": "boolean" },
                "rating": { "type": "double" },
                "reviews": { "type": "long" },
                "created_at": { "type": "long" },
                "attributes": { "type": "keyword", "fields": { "folded": folded } },
                "attribute_names": keyword,
                "product": { "type": "object", "enabled": false },
            },
        },
    })
}
