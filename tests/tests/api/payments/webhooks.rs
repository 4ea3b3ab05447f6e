//! What Stripe tells us: believed by its signature over the bytes as they came, and kept once.

use aws::Aws;
use edge::RawBody;
use kernel::{Clock, SystemClock};
use manifest::{consumers, resources};
use payments::Webhooks;
use payments::api::ReceiveWebhook;
use serde_json::{Value, json};
use testkit::{Reply, Shop, hmac_sha256, unique};

const NEW: &str = "whsec_the_new_one";
const OLD: &str = "whsec_the_old_one";

/// The endpoint, and the queue that it fills.
struct Endpoint {
    shop: Shop,
    aws: Aws,
    webhooks: Webhooks,
    queue: String,
}

impl Endpoint {
    fn open() -> Self {
        let shop = Shop::open();
        let (aws, webhooks, queue) = shop.wait(async {
            let both = format!("{NEW} {OLD}");
            let secrets = aws::testing::create_secret(shop.aws(), &both).await;
            let queue = aws::testing::create_queue(shop.aws()).await.unwrap();
            let environment = shop
                .environment()
                .clone()
                .with(resources::STRIPE_WEBHOOK_SECRETS.env(), secrets.unwrap())
                .with(consumers::PAYMENTS_ON_WEBHOOK.queue_env(), &queue);
            let aws = Aws::connect(environment).await.unwrap();
            let webhooks = <Webhooks as edge::App>::start(&aws).await.unwrap();
            (aws, webhooks, queue)
        });
        Self {
            shop,
            aws,
            webhooks,
            queue,
        }
    }

    fn send(&self, signature: Option<&str>, body: RawBody) -> Reply {
        let mut request = self.shop.request::<ReceiveWebhook>(&[], "", None, None);
        if let Some(signature) = signature {
            let header = signature.parse().unwrap();
            request.headers_mut().insert("stripe-signature", header);
        }
        *request.body_mut() = body;
        self.shop.call::<ReceiveWebhook>(&self.webhooks, request)
    }

    fn sent(&self, signature: &str, body: &str) -> Reply {
        self.send(Some(signature), RawBody::Text(body.to_owned()))
    }

    /// The ids that were queued, sorted.
    fn queued(&self) -> Vec<String> {
        let messages = self
            .shop
            .wait(aws::testing::receive_all(&self.aws, &self.queue));
        let id = |message: &String| {
            let work: Value = serde_json::from_str(message).unwrap();
            work["webhook"].as_str().unwrap().to_owned()
        };
        let mut ids: Vec<_> = messages.unwrap().iter().map(id).collect();
        ids.sort_unstable();
        ids
    }
}

fn now() -> i64 {
    SystemClock.now().seconds()
}

/// The header that Stripe sends with a body.
fn signed(secret: &str, at: i64, body: &[u8]) -> String {
    let mut message = format!("{at}.").into_bytes();
    message.extend_from_slice(body);
    let tag = hmac_sha256(secret.as_bytes(), &message);
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={tag}")
}

fn event(id: &str) -> String {
    // Spaces and order are the sender's, and are signed.
    format!(
        "{{ \"type\": \"customer.created\",  \"id\" :\"{id}\", \"data\": {{\"object\":{{}}}} }}"
    )
}

#[test]
fn an_event_under_either_live_secret_is_kept_and_queued() {
    let endpoint = Endpoint::open();
    let (one, two) = (unique("evt_one"), unique("evt_two"));
    for (id, secret) in [(&one, NEW), (&two, OLD)] {
        let body = event(id);
        let reply = endpoint.sent(&signed(secret, now(), body.as_bytes()), &body);
        assert_eq!(reply.expect(200).json(), json!({ "received": true }));
    }
    assert_eq!(endpoint.queued(), [one, two]);
}

#[test]
fn a_body_that_the_gateway_has_put_in_base64_is_held_to_its_own_bytes() {
    let endpoint = Endpoint::open();
    let id = unique("evt");
    let body = event(&id).into_bytes();
    let header = signed(NEW, now(), &body);
    let reply = endpoint.send(Some(&header), RawBody::Binary(body));
    reply.expect(200);
    assert_eq!(endpoint.queued(), [id]);
}

#[test]
fn what_is_not_signed_by_stripe_just_now_is_400_and_leaves_no_trace() {
    let endpoint = Endpoint::open();
    let body = event(&unique("evt"));
    let at = now();
    let good = signed(NEW, at, body.as_bytes());
    for (why, header) in [
        ("none", None),
        ("no signature", Some("nonsense".to_owned())),
        (
            "of no secret of ours",
            Some(signed("whsec_of_another", at, body.as_bytes())),
        ),
        ("of another body", Some(signed(NEW, at, b"{}"))),
        (
            "of six minutes ago",
            Some(signed(NEW, at - 360, body.as_bytes())),
        ),
        (
            "of six minutes ahead",
            Some(signed(NEW, at + 360, body.as_bytes())),
        ),
        (
            "of another time",
            Some(good.replacen(&at.to_string(), &(at - 1).to_string(), 1)),
        ),
    ] {
        let reply = endpoint.send(header.as_deref(), RawBody::Text(body.clone()));
        let problem = reply.expect(400).json();
        assert_eq!(problem["code"], "invalid_signature", "{why}");
    }
    assert!(endpoint.queued().is_empty());
}

#[test]
fn what_is_signed_and_no_event_is_400() {
    let endpoint = Endpoint::open();
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{\"id\": 7, \"type\": \"x\"}",
        "{\"id\": \"\", \"type\": \"x\"}",
    ] {
        let reply = endpoint.sent(&signed(NEW, now(), body.as_bytes()), body);
        assert_eq!(reply.expect(400).json()["code"], "invalid_event", "{body}");
    }
    assert!(endpoint.queued().is_empty());
}

#[test]
fn an_event_that_comes_again_is_kept_once_and_worked_off_until_it_is_done() {
    let endpoint = Endpoint::open();
    let id = unique("evt");
    let body = event(&id);
    for _ in 0..3 {
        let header = signed(NEW, now(), body.as_bytes());
        endpoint.sent(&header, &body).expect(200);
    }
    // Nobody has done it yet, and a message may have been lost: it is queued again.
    assert_eq!(endpoint.queued(), [id.clone(), id.clone(), id]);
}

#[test]
fn a_webhook_asks_for_no_key_and_keeps_no_answer() {
    let endpoint = Endpoint::open();
    let key = unique("key");
    for id in [unique("evt"), unique("evt")] {
        let body = event(&id);
        let mut request = endpoint.shop.request::<ReceiveWebhook>(&[], "", None, None);
        let header = signed(NEW, now(), body.as_bytes());
        request
            .headers_mut()
            .insert("stripe-signature", header.parse().unwrap());
        request
            .headers_mut()
            .insert("idempotency-key", key.parse().unwrap());
        *request.body_mut() = RawBody::Text(body);
        let reply = endpoint
            .shop
            .call::<ReceiveWebhook>(&endpoint.webhooks, request);
        assert!(
            reply
                .expect(200)
                .headers
                .get("idempotent-replayed")
                .is_none()
        );
    }
}
