//! What users are written about.

use serde_json::json;
use testkit::{BY_QUEUE, Stage, eventually, unique};

use super::{PASSWORD, Person, mailed_token, mails_to, register, text};

const SUBJECTS: [&str; 4] = [
    "Choose a new password",
    "Please confirm your address",
    "You signed in from a new device",
    "Your password was changed",
];

/// The subjects of the mails to an address, once there are so many, by the alphabet: two
/// messages of one moment are mailed in any order.
fn subjects(email: &str, many: usize) -> Vec<String> {
    eventually("mails", BY_QUEUE, || {
        let mails = mails_to(email);
        let mut subjects: Vec<_> = mails.iter().map(|mail| text(mail, "Subject")).collect();
        subjects.sort();
        (subjects.len() >= many).then_some(subjects)
    })
}

#[test]
fn a_user_is_written_about_what_is_done_to_the_account_each_once() {
    let ann = Person::new();
    let token = mailed_token(&ann.email, "verify-email");
    let api = Stage::from_env().api();
    api.post("/api/v1/auth/verify-email", &json!({ "token": token }))
        .expect(204);
    api.post(
        "/api/v1/auth/forgot-password",
        &json!({ "email": ann.email }),
    )
    .expect(202);
    let token = mailed_token(&ann.email, "reset-password");
    let password = unique("another good password");
    api.post(
        "/api/v1/auth/reset-password",
        &json!({ "token": token, "password": password }),
    )
    .expect(204);
    api.ask("POST", "/api/v1/auth/login")
        .header("user-agent", "a machine that was never seen")
        .json(&json!({ "email": ann.email, "password": password }))
        .send()
        .expect(200);
    assert_eq!(subjects(&ann.email, 4), SUBJECTS);
}

#[test]
fn a_name_is_text_in_a_mail_whatever_it_holds() {
    let email = format!("{}@example.test", unique("person"));
    let body = json!({ "email": email, "password": PASSWORD, "name": "<img src=x> {{ shop }}" });
    let api = Stage::from_env().api();
    api.post("/api/v1/auth/register", &body).expect(201);
    subjects(&email, 1);
    let mail = &mails_to(&email)[0];
    assert!(text(mail, "BodyText").contains("Hello <img src=x> {{ shop }},"));
    let html = text(mail, "BodyHtml");
    assert!(
        html.contains("Hello &lt;img src=x&gt; {{ shop }},"),
        "{html}"
    );
}

#[test]
fn nobody_is_written_to_about_an_address_without_an_account() {
    let (stranger, ann) = (format!("{}@example.test", unique("nobody")), Person::new());
    let api = Stage::from_env().api();
    for email in [&stranger, &ann.email] {
        let asked = json!({ "email": email });
        api.post("/api/v1/auth/forgot-password", &asked).expect(202);
    }
    // What was asked for later has arrived.
    mailed_token(&ann.email, "reset-password");
    assert!(mails_to(&stranger).is_empty());
    register(&api, &stranger).expect(201);
}
