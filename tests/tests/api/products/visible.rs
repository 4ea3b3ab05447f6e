//! Who sees what: drafts and archived products are staff's alone.

use kernel::Role;
use serde_json::json;
use testkit::Stage;

use super::{Catalogue, path, text};

#[test]
fn drafts_and_archived_products_are_not_there_for_strangers() {
    let catalogue = Catalogue::new();
    let stage = Stage::from_env();
    let draft = catalogue.product_with("Draft", json!({ "status": "draft" }));
    let archived = catalogue.product("Archived");
    catalogue.staff.delete(&path(&archived)).expect(204);
    let active = catalogue.product("Active");

    for stranger in [stage.api(), stage.user()] {
        for (hidden, what) in [(&draft, "a draft"), (&archived, "an archived product")] {
            let by_id = stranger.get(&path(hidden));
            assert_eq!(
                (by_id.status, &*by_id.code()),
                (404, "not_found"),
                "{what}: {by_id}"
            );
            let slug = text(hidden, "slug");
            let by_slug = stranger.get(&format!("/api/v1/products/{slug}"));
            assert_eq!(by_slug.status, 404, "{what} by its slug: {by_slug}");
        }
        // Not in any list either, nor by its id among others.
        let all = [&draft, &archived, &active]
            .map(|product| text(product, "id"))
            .join(",");
        for query in [
            format!("ids={all}"),
            format!("categoryId={}", catalogue.category),
        ] {
            let list = stranger
                .get(&format!("/api/v1/products?{query}"))
                .expect(200)
                .data();
            let ids: Vec<String> = list
                .as_array()
                .unwrap()
                .iter()
                .map(|product| text(product, "id"))
                .collect();
            assert_eq!(ids, [text(&active, "id")], "{query}");
        }
        let list = stranger
            .get(&format!(
                "/api/v1/categories/{}/products",
                catalogue.category
            ))
            .expect(200)
            .data();
        assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    }
    for reader in [catalogue.staff.clone(), stage.newcomer(Role::Admin)] {
        assert_eq!(
            reader.get(&path(&draft)).expect(200).data()["status"],
            "draft"
        );
        assert_eq!(
            reader.get(&path(&archived)).expect(200).data()["status"],
            "archived"
        );
        for (status, product) in [
            ("draft", &draft),
            ("archived", &archived),
            ("active", &active),
        ] {
            let query = format!(
                "/api/v1/products?categoryId={}&status={status}",
                catalogue.category
            );
            let list = reader.get(&query).expect(200).data();
            let ids: Vec<String> = list
                .as_array()
                .unwrap()
                .iter()
                .map(|product| text(product, "id"))
                .collect();
            assert_eq!(ids, [text(product, "id")], "{status}");
        }
    }
}

#[test]
fn the_status_filter_is_staffs_alone() {
    let stage = Stage::from_env();
    stage
        .api()
        .get("/api/v1/products?status=draft")
        .refuse(401, "unauthenticated");
    stage
        .user()
        .get("/api/v1/products?status=draft")
        .refuse(403, "forbidden");
    stage
        .manager()
        .get("/api/v1/products?status=draft&limit=1")
        .expect(200);
}

#[test]
fn a_draft_becomes_visible_when_it_is_made_active() {
    let catalogue = Catalogue::new();
    let draft = catalogue.product_with("Soon", json!({ "status": "draft" }));
    let stranger = Stage::from_env().api();
    stranger.get(&path(&draft)).expect(404);
    catalogue
        .staff
        .put(&path(&draft), &json!({ "status": "active" }))
        .expect(200);
    assert_eq!(
        stranger.get(&path(&draft)).expect(200).data()["status"],
        "active"
    );
}
