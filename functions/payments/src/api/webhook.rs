//! `POST /api/v1/payments/webhooks/stripe`: what the processor tells us.

use edge::{Anyone, Bare, Body, BodyDoc, Call, Doc, Endpoint, Problem, Unread};
use manifest::{Route, routes};
use schemars::{JsonSchema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Webhooks;
use crate::error::{INVALID_EVENT, INVALID_SIGNATURE};

/// Receives a webhook.
pub struct ReceiveWebhook;

/// An event, byte for byte as it came: that is what is signed.
#[derive(Debug)]
pub struct Event(Vec<u8>);

impl Body for Event {
    fn schema() -> Value {
        Value::Null
    }

    fn read(unread: Unread<'_>) -> Result<Self, Problem> {
        Ok(Self(unread.bytes.to_vec()))
    }

    fn describe(_: &mut SchemaGenerator) -> Option<BodyDoc> {
        let schema = json_schema!({
            "type": "object",
            "properties": {
                // Stripe's ids have at most 255 characters: https://docs.stripe.com/upgrades.
                "id": { "type": "string", "maxLength": 255 },
                "type": { "type": "string", "maxLength": 255 },
            },
            "required": ["id", "type"],
        });
        Some(BodyDoc {
            media: vec![("application/json", schema)],
            required: true,
            example: json!({
                "id": "evt_1SExample",
                "type": "payment_intent.succeeded",
                "data": { "object": { "id": "pi_1SExample" } },
            }),
        })
    }
}

impl Endpoint for ReceiveWebhook {
    const ROW: &'static Route = &routes::PAYMENTS_WEBHOOK;
    const DOC: Doc = Doc {
        summary: "Receive a webhook of Stripe",
        detail: "Signed by `Stripe-Signature` over the bytes as they are, at most five minutes ago. An \
                 event may come again and in any order, and of any type.",
        problems: &[INVALID_SIGNATURE, INVALID_EVENT],
    };
    type App = Webhooks;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = Event;
    type Reply = Bare<Received>;

    async fn call(webhooks: &Webhooks, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let signature = call.signature.as_deref();
        webhooks.receive(signature, &call.body.0, call.at).await?;
        Ok(Bare {
            status: 200,
            body: Received { received: true },
        })
    }
}

/// That it was.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Received {
    /// Always true.
    received: bool,
}
