//! Lists of orders.

use std::time::Duration;

use serde_json::Value;
use testkit::{Api, Stage, eventually};

use super::{Shopfront, ordered};
use crate::products::text;

const SOON: Duration = Duration::from_secs(60);

fn ids(api: &Api, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = path.to_owned();
    loop {
        let reply = api.get(&next).expect(200).json();
        let orders = reply["data"].as_array().unwrap();
        found.extend(orders.iter().map(|order| text(order, "id")));
        let Some(cursor) = reply["meta"]["nextCursor"].as_str() else {
            return found;
        };
        let separator = if path.contains('?') { '&' } else { '?' };
        next = format!("{path}{separator}cursor={cursor}");
    }
}

/// An index lags a moment behind.
fn until_listed(api: &Api, path: &str, expected: &[String]) {
    eventually("the list is as it should be", SOON, || {
        (ids(api, path) == expected).then_some(())
    });
}

#[test]
fn everybody_has_their_own_orders_the_newest_first_page_by_page() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 50);
    let stage = Stage::from_env();
    let (ann, bob) = (stage.user(), stage.user());
    let id = |order: Value| text(&order, "id");
    let mut own: Vec<String> = (0..3).map(|_| id(ordered(&ann, &lamp, 1))).collect();
    own.reverse();
    let bobs = [id(ordered(&bob, &lamp, 1))];
    until_listed(&ann, "/api/v1/orders", &own);
    until_listed(&ann, "/api/v1/orders?limit=1", &own);
    until_listed(&ann, "/api/v1/orders?status=pending_payment", &own);
    until_listed(&ann, "/api/v1/orders?status=paid", &[]);
    until_listed(&bob, "/api/v1/orders", &bobs);
    stage
        .api()
        .get("/api/v1/orders")
        .refuse(401, "unauthenticated");
}

#[test]
fn staff_finds_orders_by_user_status_and_time() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 50);
    let stage = Stage::from_env();
    let (ann, staff) = (stage.user(), stage.manager());
    let orders: Vec<Value> = (0..2).map(|_| ordered(&ann, &lamp, 1)).collect();
    let user = text(&orders[0], "userId");
    let expected: Vec<String> = orders.iter().rev().map(|order| text(order, "id")).collect();
    until_listed(&staff, &format!("/api/v1/orders?userId={user}"), &expected);
    let (from, to) = (text(&orders[0], "createdAt"), text(&orders[1], "createdAt"));
    let first = &expected[1..];
    let path = format!("/api/v1/orders?userId={user}&from={from}&to={to}");
    until_listed(&staff, &path, first);
    let path = format!("/api/v1/orders?status=pending_payment&from={from}&limit=100");
    eventually("both are among all that wait", SOON, || {
        let found = ids(&staff, &path);
        expected.iter().all(|id| found.contains(id)).then_some(())
    });
}

#[test]
fn nobody_but_staff_asks_for_the_orders_of_others() {
    let stage = Stage::from_env();
    let ann = stage.user();
    let others = "/api/v1/orders?userId=usr_00000000000000000000000000";
    ann.get(others).refuse(403, "forbidden");
    stage.manager().get(others).expect(200);
}

#[test]
fn a_query_that_makes_no_sense_is_refused() {
    let stage = Stage::from_env();
    let ann = stage.user();
    for (query, pointer) in [
        ("status=lost", "/status"),
        ("userId=me", "/userId"),
        ("from=yesterday", "/from"),
        ("cursor=x", "/cursor"),
        ("limit=0", "/limit"),
        ("page=1", "/page"),
        ("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "/from"),
    ] {
        let reply = ann.get(&format!("/api/v1/orders?{query}"));
        assert_eq!(
            reply.refuse(422, "validation_failed").pointers(),
            [pointer],
            "{query}"
        );
    }
}
