//! No card's number and no secret of a payment stands in a table or an event.

use manifest::resources;
use serde_json::json;
use testkit::Stage;

use super::{pay, setting};
use crate::auth::logs::items;
use crate::orders::{Shopfront, ordered};
use crate::products::text;

#[test]
fn no_item_has_a_cards_number_or_what_finishes_a_payment() {
    let stage = Stage::from_env();
    let (shop, ann) = (Shopfront::new(), stage.user());
    let thing = shop.sell(30.00, 5);
    let order = ordered(&ann, &thing, 1);
    let wish =
        |token: &str| json!({ "orderId": order["id"], "method": "card", "paymentMethodId": token });
    for number in ["4242424242424242", "4242-4242-4242-4242"] {
        let reply = pay(&ann, &wish(number)).expect(422);
        assert_eq!(reply.pointers(), ["/paymentMethodId"]);
        assert!(!reply.text().contains(number));
    }
    // Where it belongs even less: addresses are not logged as they came.
    let number = "4242424242424242";
    ann.delete(&format!("/api/v1/payments/methods/{number}"))
        .expect(404);
    ann.get(&format!("/api/v1/payments/{number}")).expect(404);
    ann.get(&format!("/api/v1/payments/methods?card={number}"))
        .expect(422);
    ann.get(&format!("/api/v1/cards/{number}")).expect(404);
    let waits = pay(&ann, &wish("pm_card_authenticationRequired"))
        .expect(201)
        .data();
    let secret = text(&waits, "clientSecret");
    assert!(secret.contains("_secret_"));

    let items = items(stage, &stage.account(), &resources::PAYMENTS);
    assert!(items.iter().any(|item| item.contains(&text(&waits, "id"))));
    for mark in [
        "_secret_",
        "sk_test_",
        "4242424242424242",
        &setting("STRIPE_WEBHOOK_SECRET"),
    ] {
        let item = items.iter().find(|item| item.contains(mark));
        assert_eq!(item, None, "{mark}");
    }
}
