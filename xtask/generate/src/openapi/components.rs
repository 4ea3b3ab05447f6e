//! What several operations share: headers, responses, security schemes.

use super::problems;
use edge::Row;
use serde_json::{Map, Value, json};

pub(super) struct Components {
    schemas: Map<String, Value>,
    responses: Map<String, Value>,
}

impl Components {
    pub fn new(definitions: Map<String, Value>) -> Self {
        let mut schemas = definitions;
        schemas.insert("Problem".into(), problems::schema());
        schemas.insert("GatewayMessage".into(), problems::gateway_message());
        Self {
            schemas,
            responses: Map::new(),
        }
    }

    pub fn schema(&self, name: &str) -> Option<&Value> {
        self.schemas.get(name)
    }

    /// The response for these problems of one status, said once.
    pub fn problem(&mut self, status: u16, rows: &[Row]) -> Value {
        let name = problems::response_name(status, rows);
        if !self.responses.contains_key(&name) {
            self.responses
                .insert(name.clone(), problems::response(status, rows));
        }
        json!({ "$ref": format!("#/components/responses/{name}") })
    }

    /// What is answered to who has the current version.
    pub fn not_modified(&mut self) -> Value {
        self.responses.entry("NotModified").or_insert_with(|| {
            json!({ "description": "What you have is current.", "headers": references(&["ETag"]) })
        });
        json!({ "$ref": "#/components/responses/NotModified" })
    }

    pub fn into_value(mut self) -> Value {
        self.schemas.sort_keys();
        self.responses.sort_keys();
        json!({
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A short-lived access token, checked as RFC8725 advises: RS256 only, issuer, audience and time included.",
                },
                "cartToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Cart-Token",
                    "description": "A guest's cart, as the first change of a cart returned it.",
                },
                "orderToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Order-Token",
                    "description": "The key of a guest's order, as placing it returned it.",
                },
                "stripeSignature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Stripe-Signature",
                    "description": "`t=<seconds>,v1=<signature>`: the HMAC-SHA256 of `<seconds>.<body>`, with a secret that Stripe and the stage share.",
                },
            },
            "headers": headers(),
            "parameters": super::parameters::shared(),
            "responses": self.responses,
            "schemas": self.schemas,
        })
    }
}

/// A response's headers: those of every answer, and the ones named.
pub(super) fn references(more: &[&str]) -> Value {
    let every = [
        "Access-Control-Allow-Origin",
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "X-Request-Id",
    ];
    let entries: Map<String, Value> = every
        .iter()
        .chain(more)
        .map(|name| {
            (
                String::from(*name),
                json!({ "$ref": format!("#/components/headers/{name}") }),
            )
        })
        .collect();
    Value::Object(entries)
}

fn headers() -> Value {
    let text = |description: &str, example: &str, longest: u32| {
        json!({
            "description": description,
            "schema": { "type": "string", "maxLength": longest },
            "example": example,
        })
    };
    let count = |description: &str, example: u32| {
        json!({
            "description": description,
            "schema": { "type": "integer", "format": "int32", "minimum": 0, "maximum": i32::MAX },
            "example": example,
        })
    };
    json!({
        "Access-Control-Allow-Origin": text("The caller's origin, where it is on the allow-list.", "https://shop.example.com", 2048),
        "ETag": text("The version of what is answered, for `If-Match` and `If-None-Match`.", "\"v3\"", 128),
        "Idempotent-Replayed": {
            "description": "Stands on an answer that was kept from the first request with the same `Idempotency-Key`.",
            "schema": { "type": "string", "enum": ["true"] },
        },
        "Location": text("Where the new thing, or the work that goes on, is found.", "https://api.example.com/api/v1/products/prod_01jxy3rpg0f4nrx2h35t6nwqvg", 2048),
        "RateLimit-Limit": count("Requests that the caller may make at once, where a limit applies.", 60),
        "RateLimit-Remaining": count("Requests that are left, where a limit applies.", 59),
        "RateLimit-Reset": count("Seconds until there are more, where a limit applies.", 1),
        "Retry-After": count("Seconds to wait before trying again.", 2),
        "WWW-Authenticate": text("The scheme that is asked for.", "Bearer", 128),
        "X-Cart-Token": text("The token of a guest's new cart: to be sent with every further request.", "YSBndWVzdCdzIGNhcnQsIGZvciB0aGlzIGV4YW1wbGU", 43),
        "X-Order-Token": text("The key of a guest's order: to be sent to read, pay or cancel it.", "dGhlIGtleSBvZiBvbmUgb3JkZXIsIGFuIGV4YW1wbGU", 43),
        "X-Request-Id": text("The request's id, as the log and a problem's `instance` name it.", "7f0f3f5e-8a70-4a3e-9d0e-0b6f5a9d2c11", 128),
    })
}
