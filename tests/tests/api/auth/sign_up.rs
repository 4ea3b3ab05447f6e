//! Opening accounts.

use serde_json::{Value, json};
use testkit::{Api, Reply, Stage, all_at_once, unique};

use super::{PASSWORD, Person, register, sign_in, text};

fn ask(body: &Value) -> Reply {
    let api = Stage::from_env().api();
    api.post("/api/v1/auth/register", body)
}

#[test]
fn an_account_is_a_shoppers_and_its_tokens_are_good_at_once() {
    let email = format!("{}@Example.Test", unique("Ann"));
    let body = json!({
        "email": email, "password": PASSWORD, "name": " Ann Archer ", "phone": "+49 (30) 123-456",
    });
    let reply = ask(&body).expect(201);
    let (data, user) = (reply.data(), reply.data()["user"].clone());
    let (local, _) = email.split_once('@').unwrap();
    for (member, value) in [
        ("email", json!(format!("{local}@example.test"))),
        ("name", json!("Ann Archer")),
        ("phone", json!("+4930123456")),
        ("role", json!("USER")),
        ("emailVerified", json!(false)),
        ("mfaEnabled", json!(false)),
        ("status", json!("active")),
        ("version", json!(1)),
    ] {
        assert_eq!(user[member], value, "{member}");
    }
    assert_eq!(data["tokenType"], "Bearer");
    assert_eq!(data["expiresIn"], 900);
    let location = reply.header("location").unwrap();
    assert!(location.ends_with("/api/v1/users/me"), "{location}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(reply.header("ratelimit-remaining").is_some(), "{reply}");

    let api = Stage::from_env().api();
    let ann = api.with_token(text(&data, "accessToken"));
    ann.post("/api/v1/auth/logout", &json!({})).expect(204);
}

#[test]
fn of_fifty_at_once_who_want_one_address_one_gets_it() {
    let name = unique("only");
    let replies = all_at_once(50, |number| {
        let name = if number % 2 == 0 {
            name.clone()
        } else {
            name.to_uppercase()
        };
        register(&Stage::from_env().api(), &format!("{name}@example.test"))
    });
    let won = replies.iter().filter(|reply| reply.status == 201).count();
    let busy = replies.iter().filter(|reply| reply.status == 503).count();
    let others = replies
        .iter()
        .filter(|reply| !matches!(reply.status, 201 | 503));
    for reply in others {
        assert_eq!(
            (reply.status, &*reply.code()),
            (409, "email_taken"),
            "{reply}"
        );
        assert_eq!(reply.pointers(), ["/email"]);
    }
    // Whoever is told that there are too many at once may have got it all the same.
    assert!(won == 1 || won == 0 && busy > 0, "{won} of {busy}");
    sign_in(&format!("{name}@example.test"), PASSWORD).expect(200);
}

#[test]
fn one_address_is_one_address_in_every_spelling() {
    let ann = Person::new();
    let wide: String = ann
        .email
        .chars()
        .map(|c| match c {
            'a'..='z' => char::from_u32(c as u32 - 'a' as u32 + 'ａ' as u32).unwrap(),
            other => other,
        })
        .collect();
    for email in [ann.email.to_uppercase(), format!(" {} ", ann.email), wide] {
        register(&ann.api.anonymous(), &email).refuse(409, "email_taken");
        sign_in(&email, PASSWORD).expect(200);
    }
}

#[test]
fn every_fault_of_a_registration_is_told_at_once() {
    let body = json!({
        "email": "ann@", "password": "short", "name": " ", "phone": "030", "role": "ADMIN",
        "id": "usr_00000000000000000000000000", "status": "active", "emailVerified": true,
    });
    let refused = ask(&body).refuse(422, "validation_failed");
    let places = [
        "/email",
        "/emailVerified",
        "/id",
        "/name",
        "/password",
        "/phone",
        "/role",
        "/status",
    ];
    assert_eq!(refused.pointers(), places);
    let refused = ask(&json!({})).refuse(422, "validation_failed");
    assert_eq!(refused.pointers(), ["/email", "/name", "/password"]);
}

#[test]
fn passwords_that_anybody_would_guess_are_refused() {
    let email = format!("{}@example.test", unique("guess"));
    let long = "x y".repeat(43);
    for password in [
        "password",
        "PASSWORD123",
        "qwertyuiop",
        "1234567",
        &email,
        &long,
    ] {
        let body = json!({ "email": email, "password": password, "name": "Ann" });
        let refused = ask(&body).refuse(422, "validation_failed");
        assert_eq!(refused.pointers(), ["/password"], "{password}");
    }
    let most = "x y ".repeat(32);
    let body = json!({ "email": email, "password": most, "name": "Ann" });
    ask(&body).expect(201);
    sign_in(&email, &most).expect(200);
}

#[test]
fn an_idempotency_key_is_ignored_so_that_no_token_is_kept_to_be_given_again() {
    let email = format!("{}@example.test", unique("key"));
    let body = json!({ "email": email, "password": PASSWORD, "name": "Ann" });
    let api: Api = Stage::from_env().api();
    let ask = || {
        let ask = api.ask("POST", "/api/v1/auth/register");
        ask.key(&email).json(&body).send()
    };
    ask().expect(201);
    let again = ask().refuse(409, "email_taken");
    assert_eq!(again.header("idempotent-replayed"), None);
}
