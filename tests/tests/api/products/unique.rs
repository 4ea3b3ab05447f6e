//! SKUs and slugs: one holder at a time, however many want them.

use serde_json::{Value, json};
use testkit::{Reply, all_at_once, unique};

use super::{Catalogue, path, text};
use crate::walk::keys::decided;

/// Asks for a product, and again where too many others ask.
fn wanted(catalogue: &Catalogue, draft: &Value) -> Reply {
    let ask = catalogue.staff.ask("POST", "/api/v1/products");
    decided(ask.json(draft))
}

/// How many got it; all others must have been told that it is taken.
fn winners(replies: &[Reply], code: &str) -> usize {
    let won = replies.iter().filter(|reply| reply.status == 201).count();
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!((reply.status, &*reply.code()), (409, code), "{reply}");
    }
    won
}

#[test]
fn of_fifty_at_once_who_want_one_sku_one_gets_it() {
    let catalogue = Catalogue::new();
    let sku = unique("ONLY");
    let replies = all_at_once(50, |number| {
        let more = json!({ "sku": sku });
        wanted(
            &catalogue,
            &catalogue.draft_with(&format!("Only {number}"), more),
        )
    });
    assert_eq!(winners(&replies, "sku_taken"), 1);
}

#[test]
fn of_fifty_at_once_who_want_one_slug_one_gets_it() {
    let catalogue = Catalogue::new();
    let slug = unique("only");
    let replies = all_at_once(50, |number| {
        let more = json!({ "slug": slug });
        wanted(
            &catalogue,
            &catalogue.draft_with(&format!("Only {number}"), more),
        )
    });
    assert_eq!(winners(&replies, "slug_taken"), 1);
    let winner = replies
        .iter()
        .find(|reply| reply.status == 201)
        .unwrap()
        .data();
    let found = catalogue
        .staff
        .anonymous()
        .get(&format!("/api/v1/products/{slug}"))
        .expect(200)
        .data();
    assert_eq!(found["id"], winner["id"]);
}

#[test]
fn a_refused_product_leaves_nothing_behind() {
    let catalogue = Catalogue::new();
    let (sku, slug) = (unique("LEFT"), unique("left"));
    catalogue.product_with("First", json!({ "sku": sku }));
    catalogue
        .create(&catalogue.draft_with("Second", json!({ "sku": sku, "slug": slug })))
        .refuse(409, "sku_taken");
    catalogue
        .staff
        .get(&format!("/api/v1/products/{slug}"))
        .refuse(404, "not_found");
    catalogue
        .create(&catalogue.draft_with("Third", json!({ "slug": slug })))
        .expect(201);
}

#[test]
fn a_sku_and_a_slug_are_free_again_when_the_product_is_renamed_or_archived() {
    let catalogue = Catalogue::new();
    let (sku, slug) = (unique("FREE"), unique("free"));
    let draft = || catalogue.draft_with("Free", json!({ "sku": sku, "slug": slug }));
    let first = catalogue.create(&draft()).expect(201).data();
    catalogue.create(&draft()).expect(409);

    let renamed = json!({ "sku": unique("FREE"), "slug": unique("free") });
    catalogue.staff.put(&path(&first), &renamed).expect(200);
    catalogue
        .staff
        .get(&format!("/api/v1/products/{slug}"))
        .refuse(404, "not_found");
    let second = catalogue.create(&draft()).expect(201).data();

    catalogue.staff.delete(&path(&second)).expect(204);
    let third = catalogue.create(&draft()).expect(201).data();

    // The archived one cannot come back over the one that has its place now.
    let back = catalogue
        .staff
        .put(&path(&second), &json!({ "status": "active" }));
    assert_eq!(back.status, 409, "{back}");
    assert!(
        matches!(&*back.code(), "sku_taken" | "slug_taken"),
        "{back}"
    );
    catalogue.staff.delete(&path(&third)).expect(204);
    let back = catalogue
        .staff
        .put(&path(&second), &json!({ "status": "active" }))
        .expect(200)
        .data();
    assert_eq!(text(&back, "sku"), sku);
}

#[test]
fn two_products_cannot_trade_skus_past_each_other() {
    let catalogue = Catalogue::new();
    let (a, b) = (unique("A"), unique("B"));
    let products = [
        catalogue.product_with("A", json!({ "sku": a })),
        catalogue.product_with("B", json!({ "sku": b })),
    ];
    let wanted = [&b, &a];
    let replies = all_at_once(2, |number| {
        catalogue
            .staff
            .put(&path(&products[number]), &json!({ "sku": wanted[number] }))
    });
    for reply in &replies {
        assert_eq!(
            (reply.status, &*reply.code()),
            (409, "sku_taken"),
            "{reply}"
        );
    }
    for (product, sku) in products.iter().zip([&a, &b]) {
        assert_eq!(
            text(
                &catalogue.staff.get(&path(product)).expect(200).data(),
                "sku"
            ),
            *sku
        );
    }
}

#[test]
fn words_of_the_api_are_no_slugs() {
    let catalogue = Catalogue::new();
    for word in ["import", "export"] {
        let reply = catalogue.create(&catalogue.draft_with("Word", json!({ "slug": word })));
        assert_eq!(reply.refuse(422, "validation_failed").pointers(), ["/slug"]);
        let product = catalogue.product(word);
        assert_ne!(
            product["slug"], word,
            "a slug that is made of a name steps aside"
        );
    }
}
