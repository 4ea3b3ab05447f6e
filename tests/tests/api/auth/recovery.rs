//! Proving an address, and new passwords: with the mails that are sent.

use serde_json::json;
use testkit::{BY_QUEUE, Reply, Stage, eventually, unique};

use super::{PASSWORD, Person, mailed_token, mails_to, refresh, sign_in};

const NEW: &str = "purple otters juggle";

fn post(path: &str, body: &serde_json::Value) -> Reply {
    let api = Stage::from_env().api();
    api.post(&format!("/api/v1/auth/{path}"), body)
}

fn verify(token: &str) -> Reply {
    post("verify-email", &json!({ "token": token }))
}

fn reset(token: &str, password: &str) -> Reply {
    post(
        "reset-password",
        &json!({ "token": token, "password": password }),
    )
}

#[test]
fn the_mail_after_a_registration_proves_the_address_once() {
    let ann = Person::new();
    let token = mailed_token(&ann.email, "verify-email");
    assert_eq!(ann.account["user"]["emailVerified"], false);
    verify(&token).expect(204);
    let user = ann.sign_in().account["user"].clone();
    assert_eq!(user["emailVerified"], true);
    let again = verify(&token).refuse(422, "invalid_token");
    assert_eq!(again.pointers(), ["/token"]);
    ann.api
        .post("/api/v1/auth/verify-email/resend", &json!({}))
        .expect(204);
}

#[test]
fn a_forgotten_password_is_set_anew_by_mail_and_every_session_ends() {
    let ann = Person::new();
    post(
        "forgot-password",
        &json!({ "email": ann.email.to_uppercase() }),
    )
    .expect(202);
    let token = mailed_token(&ann.email, "reset-password");
    verify(&token).refuse(422, "invalid_token");
    let refused = reset(&token, "password").refuse(422, "validation_failed");
    assert_eq!(refused.pointers(), ["/password"]);

    reset(&token, NEW).expect(204);
    sign_in(&ann.email, PASSWORD).refuse(401, "invalid_credentials");
    sign_in(&ann.email, NEW).expect(200);
    refresh(&ann.refresh_token()).refuse(401, "invalid_refresh_token");
    ann.api
        .post("/api/v1/auth/logout", &json!({}))
        .refuse(401, "unauthenticated");
    reset(&token, "another password altogether").refuse(422, "invalid_token");
    eventually("the notice of it", BY_QUEUE, || {
        let mails = mails_to(&ann.email);
        mails
            .iter()
            .any(|mail| {
                mail["BodyText"]
                    .as_str()
                    .is_some_and(|it| it.contains("was changed"))
            })
            .then_some(())
    });
}

#[test]
fn a_token_of_one_kind_or_user_does_nothing_for_another() {
    let (ann, bob) = (Person::new(), Person::new());
    let of_ann = mailed_token(&ann.email, "verify-email");
    reset(&of_ann, NEW).refuse(422, "invalid_token");
    verify(&of_ann).expect(204);
    assert_eq!(bob.sign_in().account["user"]["emailVerified"], false);
    for token in [
        "x",
        &"A".repeat(43),
        &format!("{of_ann}A"),
        "../../etc/passwd",
    ] {
        verify(token).refuse(422, "invalid_token");
        reset(token, NEW).refuse(422, "invalid_token");
    }
}

#[test]
fn whether_there_is_an_account_is_not_told_by_how_a_forgotten_password_is_answered() {
    let ann = Person::new();
    let nobody = format!("{}@example.test", unique("nobody"));
    let answers = [&ann.email, &nobody].map(|email| {
        let reply = post("forgot-password", &json!({ "email": email })).expect(202);
        let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (names, reply.bytes)
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_password_is_changed_by_its_owner_alone_and_every_session_ends() {
    let ann = Person::new();
    let other = ann.sign_in();
    let change = |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "newPassword": new });
        ann.api.post("/api/v1/auth/change-password", &body)
    };
    change("not the password", NEW).refuse(401, "invalid_credentials");
    let refused = change(PASSWORD, "password").refuse(422, "validation_failed");
    assert_eq!(refused.pointers(), ["/newPassword"]);
    change(PASSWORD, NEW).expect(204);
    change(NEW, PASSWORD).refuse(401, "unauthenticated");
    for person in [&ann, &other] {
        refresh(&person.refresh_token()).refuse(401, "invalid_refresh_token");
    }
    sign_in(&ann.email, PASSWORD).refuse(401, "invalid_credentials");
    sign_in(&ann.email, NEW).expect(200);
}
