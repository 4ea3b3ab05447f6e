//! Webhooks through the gateway.

use kernel::{Clock, SystemClock};
use serde_json::json;
use testkit::{Reply, Stage, hmac_sha256, unique};

use super::setting;

fn send(media: &str, body: &str, secret: &str) -> Reply {
    let at = SystemClock.now().seconds();
    let tag = hmac_sha256(secret.as_bytes(), format!("{at}.{body}").as_bytes());
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    Stage::from_env()
        .api()
        .ask("POST", "/api/v1/payments/webhooks/stripe")
        .header("stripe-signature", &format!("t={at},v1={tag}"))
        .text(media, body)
        .send()
}

#[test]
fn an_event_is_believed_by_its_bytes_whatever_the_gateway_makes_of_them() {
    let secret = setting("STRIPE_WEBHOOK_SECRET");
    // The gateway hands text on as it is, and anything else in base64.
    for media in [
        "application/json; charset=utf-8",
        "application/octet-stream",
    ] {
        let event = json!({
            "id": unique("evt"), "type": "something.new", "data": { "object": { "name": "Ärger ☂" } },
        });
        let body = format!("{event:#}");
        send(media, &body, &secret).expect(200);
        send(media, &body, &secret).expect(200);
        send(media, &body, "whsec_of_somebody").refuse(400, "invalid_signature");
    }
}

#[test]
fn a_dispute_of_nothing_we_know_changes_no_books() {
    let event = json!({
        "id": unique("evt"), "type": "charge.dispute.created",
        "data": { "object": {
            "id": unique("dp"), "payment_intent": unique("pi"), "amount": 1000, "currency": "usd",
            "status": "needs_response",
        } },
    });
    let secret = setting("STRIPE_WEBHOOK_SECRET");
    send("application/json", &event.to_string(), &secret).expect(200);
    super::trial_balance_is_zero();
}
