//! `/api/v1/search/rules`.

use kernel::Role;
use search::Search;
use search::api::{CreateRule, DeleteRule, ListRules, UpdateRule};
use serde_json::{Value, json};
use testkit::{Reply, Shop, all_at_once, redacted};

struct Desk {
    shop: Shop,
    search: Search,
    staff: String,
}

impl Desk {
    fn open() -> Self {
        let shop = Shop::open();
        Self {
            search: shop.start(),
            staff: shop.signer().token(Role::Manager),
            shop,
        }
    }

    fn create(&self, body: &Value) -> Reply {
        let request = self
            .shop
            .request::<CreateRule>(&[], "", Some(&self.staff), Some(body));
        self.shop.call::<CreateRule>(&self.search, request)
    }

    fn update(&self, id: &str, body: &Value, if_match: Option<&str>) -> Reply {
        let mut request =
            self.shop
                .request::<UpdateRule>(&[("id", id)], "", Some(&self.staff), Some(body));
        if let Some(tag) = if_match {
            request
                .headers_mut()
                .insert("if-match", tag.parse().unwrap());
        }
        self.shop.call::<UpdateRule>(&self.search, request)
    }

    fn delete(&self, id: &str) -> Reply {
        let request = self
            .shop
            .request::<DeleteRule>(&[("id", id)], "", Some(&self.staff), None);
        self.shop.call::<DeleteRule>(&self.search, request)
    }

    fn list(&self) -> Value {
        let request = self
            .shop
            .request::<ListRules>(&[], "", Some(&self.staff), None);
        self.shop
            .call::<ListRules>(&self.search, request)
            .expect(200)
            .data()
    }
}

fn synonym(terms: &[&str]) -> Value {
    json!({ "type": "synonym", "terms": terms })
}

#[test]
fn a_rule_is_made_changed_listed_and_removed() {
    let desk = Desk::open();
    let made = desk.create(&synonym(&["sofa", "couch"])).expect(201);
    insta::assert_json_snapshot!(redacted(&made.data()), @r#"
    {
      "id": "[rule id 1]",
      "type": "synonym",
      "terms": [
        "sofa",
        "couch"
      ],
      "oneWay": false,
      "enabled": true,
      "note": null,
      "version": 1,
      "createdAt": "[time]",
      "updatedAt": "[time]"
    }
    "#);
    assert_eq!(made.header("etag"), Some("\"v1\""));
    let id = made.data()["id"].as_str().unwrap().to_owned();

    let redirect =
        json!({ "type": "redirect", "query": "returns", "url": "/help", "enabled": false });
    let changed = desk.update(&id, &redirect, Some("\"v1\"")).expect(200);
    insta::assert_json_snapshot!(redacted(&changed.data()), @r#"
    {
      "id": "[rule id 1]",
      "type": "redirect",
      "query": "returns",
      "match": "exact",
      "url": "/help",
      "enabled": false,
      "note": null,
      "version": 2,
      "createdAt": "[time]",
      "updatedAt": "[time]"
    }
    "#);
    let stale = desk.update(&id, &redirect, Some("\"v1\"")).expect(412);
    assert_eq!(stale.json()["currentVersion"], 2);

    let second = desk
        .create(&synonym(&["tv", "television"]))
        .expect(201)
        .data();
    let list = desk.list();
    assert_eq!(
        (&list[0]["id"], &list[1]["id"]),
        (&json!(id), &second["id"])
    );

    desk.delete(&id).expect(204);
    assert_eq!(desk.delete(&id).status, 404);
    assert_eq!(desk.update(&id, &redirect, None).status, 404);
    assert_eq!(desk.list().as_array().unwrap().len(), 1);
}

#[test]
fn every_fault_is_told_at_once_and_nothing_is_kept() {
    let desk = Desk::open();
    let body = json!({
        "type": "pin", "query": "…", "productIds": ["lamp"], "terms": ["a", "b"], "colour": "red",
        "match": "regex",
    });
    let refused = desk.create(&body).expect(422);
    let errors = refused.json()["errors"].as_array().unwrap().clone();
    let mut pointers: Vec<_> = errors
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        ["/colour", "/match", "/productIds/0", "/query", "/terms"]
    );
    assert_eq!(desk.list(), json!([]));
}

#[test]
fn a_change_that_meets_another_is_made_or_refused_and_never_mixed() {
    let desk = Desk::open();
    let id = desk.create(&synonym(&["a", "b"])).expect(201).data()["id"].clone();
    let id = id.as_str().unwrap();
    let replies = all_at_once(4, |number| {
        desk.update(id, &synonym(&["a", &format!("b{number}")]), Some("\"v1\""))
    });
    let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{statuses:?}");
    assert!(
        statuses[1..].iter().all(|status| *status == 412),
        "{statuses:?}"
    );
    assert_eq!(desk.list()[0]["version"], 2);
}
