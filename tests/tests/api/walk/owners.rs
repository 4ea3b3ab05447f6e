//! What is a user's own: there for its owner, and not there for anybody else. A new row of the
//! signed-in is covered by itself, and a new kind of thing asks to be made here.

use kernel::Role;
use manifest::{Method, Route, Who};
use serde_json::{Value, json};
use testkit::{Api, Reply, Stage};

use super::rows;
use crate::auth::{Person, text};
use crate::orders::{self, Shopfront};

/// What of a user's stands behind a row's parameter: its path, and what reads it.
fn owned(route: &Route, owner: &Person) -> Option<(String, String)> {
    route.parameters().next()?;
    let collection = route.path.split("/{").next().unwrap();
    match collection {
        "/api/v1/users/me/addresses" => {
            let made = owner.api.post(collection, &address()).expect(201);
            let id = text(&made.data(), "id");
            Some((route.with(id), collection.to_owned()))
        }
        "/api/v1/orders" => {
            let thing = Shopfront::new().sell(1.0, 1);
            let order = orders::ordered(&owner.api, &thing, 1);
            Some((route.with(text(&order, "id")), orders::path(&order)))
        }
        "/api/v1/payments/methods" => {
            let card = json!({ "paymentMethodId": "pm_card_visa" });
            let saved = owner.api.post(collection, &card).expect(201);
            let id = text(&saved.data(), "id");
            Some((route.with(id), collection.to_owned()))
        }
        other => panic!("say here what a user owns at {other}"),
    }
}

/// Whether staff may do to everybody's what users may do to their own.
fn is_staffs_too(route: &Route) -> bool {
    route.path.starts_with("/api/v1/orders/")
}

/// A body that breaks no rule where the thing is there; an empty one for what takes none.
fn body(route: &Route) -> Option<Value> {
    match (route.method, route.path) {
        (Method::PUT, path) if path.contains("/addresses/") => Some(address()),
        (Method::POST | Method::PUT, _) => Some(json!({})),
        _ => None,
    }
}

fn address() -> Value {
    json!({
        "name": "Ann Archer", "line1": "Platz der Republik 1", "city": "Berlin",
        "postalCode": "11011", "country": "DE",
    })
}

fn ask(api: &Api, route: &Route, path: &str) -> Reply {
    let ask = api.ask(route.method.as_str(), path);
    match body(route) {
        Some(body) => ask.json(&body).send(),
        None => ask.send(),
    }
}

#[test]
fn every_row_of_the_signed_in_is_their_own_and_nobody_elses() {
    let stage = Stage::from_env();
    let mut wrong = Vec::new();
    for route in rows::all().filter(|route| route.who == Who::Shopper) {
        // Somebody new for each row: some rows end what the caller is.
        let owner = Person::new();
        let thing = owned(route, &owner);
        let path = thing
            .as_ref()
            .map_or_else(|| route.path.to_owned(), |(path, _)| path.clone());
        let mut met = |who: &str, reply: &Reply, fits: bool| {
            if !fits {
                wrong.push(format!("{who} at {}: {reply}", route.name));
            }
        };
        let reply = ask(&stage.api(), route, &path);
        met("nobody", &reply, reply.status == 401);
        if let Some((_, list)) = &thing {
            let before = owner.api.get(list).expect(200).data();
            let others = [
                ("another user", Person::new().api),
                ("a manager", stage.newcomer(Role::Manager)),
                ("an admin", stage.newcomer(Role::Admin)),
            ];
            for (who, api) in others {
                if who != "another user" && is_staffs_too(route) {
                    continue;
                }
                let reply = ask(&api, route, &path);
                met(who, &reply, reply.status == 404);
            }
            assert_eq!(owner.api.get(list).expect(200).data(), before);
        }
        // The owner is let in; an empty body may break rules, and a state may be another one.
        let reply = ask(&owner.api, route, &path);
        let served = matches!(reply.status, 200..=204 | 409 | 422);
        met("the owner", &reply, served);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
