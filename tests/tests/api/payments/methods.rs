//! Saved cards.

use serde_json::json;
use testkit::Stage;

use super::{pay, setting};
use crate::orders::{Shopfront, ordered};
use crate::products::text;

const METHODS: &str = "/api/v1/payments/methods";

#[test]
fn a_saved_card_is_listed_pays_and_is_forgotten_by_its_owner_alone() {
    let stage = Stage::from_env();
    let (ann, bob) = (stage.user(), stage.user());
    assert_eq!(ann.get(METHODS).expect(200).data(), json!([]));
    let wish = json!({ "paymentMethodId": setting("TEST_PAYMENT_METHOD") });
    let saved = ann.post(METHODS, &wish).expect(201).data();
    assert_eq!(saved["last4"], "4242");
    assert_eq!(ann.get(METHODS).expect(200).data(), json!([saved]));
    assert_eq!(bob.get(METHODS).expect(200).data(), json!([]));

    let shop = Shopfront::new();
    let thing = shop.sell(30.00, 5);
    let by = |order: &serde_json::Value| json!({ "orderId": order["id"], "method": "card", "paymentMethodId": saved["id"] });
    let (anns, bobs) = (ordered(&ann, &thing, 1), ordered(&bob, &thing, 1));
    assert_eq!(pay(&bob, &by(&bobs)).expect(201).data()["status"], "failed");
    assert_eq!(
        pay(&ann, &by(&anns)).expect(201).data()["status"],
        "succeeded"
    );

    let place = format!("{METHODS}/{}", text(&saved, "id"));
    bob.delete(&place).expect(404);
    ann.delete(&place).expect(204);
    ann.delete(&place).expect(404);
    assert_eq!(ann.get(METHODS).expect(200).data(), json!([]));
}

#[test]
fn what_is_no_card_is_not_saved() {
    let ann = Stage::from_env().user();
    for token in ["pm_unheard_of", "../customers", "4242424242424242"] {
        let reply = ann
            .post(METHODS, &json!({ "paymentMethodId": token }))
            .expect(422);
        assert_eq!(reply.pointers(), ["/paymentMethodId"], "{token}");
    }
}
