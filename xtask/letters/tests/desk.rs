//! The program, against the deployed stage and its real queues.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Api, Stage, eventually, unique};

const FUNCTION: &str = "auth-on-mail-due";

/// What the program says, and whether it was content.
fn letters(words: &[&str]) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_letters"));
    let output = program
        .args(words)
        .args(["--stage", &Stage::from_env().name])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// Puts a letter among those of the function, and answers its id.
fn give_up_on(body: &str) -> String {
    let stage = Stage::from_env();
    let account = stage.account();
    let queue = format!("{}-ultramarket-{FUNCTION}-dead", stage.name);
    let message = json!({ "QueueUrl": account.queue_url(&queue), "MessageBody": body });
    let answer = account.sqs("SendMessage", &message).expect(200).json();
    answer["MessageId"].as_str().unwrap().to_owned()
}

/// The subjects of the mails to an address.
fn mails_to(email: &str) -> Vec<String> {
    let account = Stage::from_env().account();
    let sent = Api::at(account.endpoint())
        .get("/_ministack/ses/messages")
        .expect(200)
        .json();
    let accounts = sent["messages"].as_object().cloned().unwrap_or_default();
    let mails = accounts.values().filter_map(Value::as_array).flatten();
    mails
        .filter(|mail| {
            mail["To"]
                .as_array()
                .is_some_and(|to| to.contains(&json!(email)))
        })
        .filter_map(|mail| mail["Subject"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn a_letter_is_found_read_and_sent_again_and_then_has_its_effect() {
    let email = format!("{}@example.test", unique("redriven"));
    let person = json!({ "email": email, "password": "a long enough password", "name": "Ann" });
    let api = Stage::from_env().api();
    let user = api
        .post("/api/v1/auth/register", &person)
        .expect(201)
        .data()["user"]["id"]
        .clone();
    let event = json!({
        "id": "evt_01jxy3rph0f4nrx2h35t6nwqv7",
        "type": "auth.password-changed.v1",
        "source": "auth",
        "occurredAt": "2026-01-31T09:05:07.042Z",
        "data": { "userId": user },
    });
    let wanted = give_up_on(&event.to_string());
    let garbage = give_up_on("no event at all");

    let (_, list) = letters(&["list"]);
    assert!(list.lines().any(|line| line.ends_with(FUNCTION)), "{list}");
    let (_, shown) = letters(&["show", FUNCTION]);
    for text in [
        &*wanted,
        &garbage,
        "no event at all",
        user.as_str().unwrap(),
    ] {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }

    let (done, said) = letters(&["redrive", FUNCTION, "--id", &wanted]);
    assert!(done, "{said}");
    eventually("the mail of the letter", Duration::from_secs(120), || {
        mails_to(&email)
            .contains(&"Your password was changed".to_owned())
            .then_some(())
    });
    let (_, shown) = letters(&["show", FUNCTION]);
    assert!(!shown.contains(&wanted), "{shown}");
    assert!(shown.contains(&garbage), "{shown}");
}

#[test]
fn what_is_no_message_is_not_sent_again() {
    for (function, says) in [
        ("platform-relay-outbox", "a place in a stream"),
        ("products-expire-imports", "the next run does what it left"),
        ("products-get", "no dead letters belong to products-get"),
    ] {
        let (done, said) = letters(&["redrive", function]);
        assert!(!done && said.contains(says), "{said}");
    }
    // Not the function of the other test: its letters would be this one's for a while.
    let (done, said) = letters(&["redrive", "orders-on-user-erased", "--id", "not-a-letter"]);
    assert!(!done && said.contains("no letter of"), "{said}");
}
