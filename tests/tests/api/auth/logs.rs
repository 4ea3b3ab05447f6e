//! No secret, token, password or hash, and nothing personal, in any line that a function writes, nor
//! in an event; and no secret in clear in the table.

use std::time::Duration;

use kernel::{Clock, SystemClock, Timestamp};
use manifest::resources;
use serde_json::{Value, json};
use testkit::{Account, Reply, Stage, eventually, unique};

use super::{Person, mailed_token, refresh, text};

/// What must not be found, by what it is.
type Canaries = Vec<(&'static str, String)>;

/// Lives the life of an account in which every value can be told from any other, and answers what
/// was said in confidence, what is personal, and the last answer.
fn lived() -> (Canaries, Canaries, Reply) {
    let stage = Stage::from_env();
    let api = stage.api();
    let (first, second, third, wrong) = (
        unique("canary-first"),
        unique("canary-second"),
        unique("canary-third"),
        unique("canary-wrong"),
    );
    let (email, name) = (
        format!("{}@example.test", unique("canary")),
        unique("Canary"),
    );
    let post = |path: &str, body: Value| api.post(&format!("/api/v1/auth/{path}"), &body);
    let login = |password: &str| post("login", json!({ "email": email, "password": password }));

    let new = json!({ "email": email, "password": first, "name": name, "phone": "+4930990099" });
    let ann = Person::of(&email, &post("register", new.clone()).expect(201));
    post("register", new).expect(409);
    post(
        "register",
        json!({ "email": email, "password": wrong, "role": "ADMIN" }),
    )
    .expect(422);
    login(&wrong).expect(401);
    let signed_in = Person::of(&email, &login(&first).expect(200));
    let next = refresh(&ann.refresh_token()).expect(200).data();
    refresh(&ann.refresh_token()).expect(401);
    let verify = mailed_token(&email, "verify-email");
    post("verify-email", json!({ "token": verify })).expect(204);
    post("verify-email", json!({ "token": verify, "more": wrong })).expect(422);
    let as_ann = |path: &str, body: &Value| signed_in.api.post(path, body);
    let set_up = as_ann("/api/v1/auth/mfa/setup", &json!({}))
        .expect(200)
        .data();
    as_ann("/api/v1/auth/mfa/confirm", &json!({ "code": "000000" }));
    let address = json!({
        "name": name, "line1": unique("Canary street"), "city": "Berlin", "postalCode": "11011",
        "country": "DE",
    });
    as_ann("/api/v1/users/me/addresses", &address).expect(201);
    signed_in.api.get("/api/v1/users/me/export").expect(200);
    let changed = json!({ "currentPassword": first, "newPassword": second });
    as_ann("/api/v1/auth/change-password", &changed).expect(204);
    post("forgot-password", json!({ "email": email })).expect(202);
    let reset = mailed_token(&email, "reset-password");
    post(
        "reset-password",
        json!({ "token": reset, "password": third }),
    )
    .expect(204);
    // In places where they do not belong.
    let token = text(&ann.account, "accessToken");
    api.get(&format!("/api/v1/products?token={token}"))
        .expect(422);
    api.get(&format!("/api/v1/products/{}", &token[..40]))
        .expect(404);
    let last = api
        .get(&format!("/api/v1/nowhere?password={wrong}"))
        .expect(404);

    let mut secret = vec![
        ("a password", first),
        ("a password", second),
        ("a password", third),
        ("a wrong password", wrong),
        (
            "an access token",
            token.rsplit('.').next().unwrap().to_owned(),
        ),
        ("a refresh token", ann.refresh_token()),
        ("a refresh token", text(&next, "refreshToken")),
        ("a token of a mail", verify),
        ("a token of a mail", reset),
        ("the secret of an authenticator", text(&set_up, "secret")),
    ];
    let codes = set_up["recoveryCodes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned());
    secret.extend(codes.map(|code| ("a recovery code", code)));
    let personal = vec![
        ("an address", email),
        ("a name", name),
        ("a phone number", "30990099".to_owned()),
        ("a street", text(&address, "line1")),
    ];
    (secret, personal, last)
}

/// Everything that the functions have written since a time.
fn lines(stage: &Stage, since: Timestamp) -> Vec<String> {
    let account = stage.account();
    let prefix = format!("/aws/lambda/{}-", stage.name);
    let groups = pages(
        &account,
        "DescribeLogGroups",
        json!({ "logGroupNamePrefix": prefix }),
        "logGroups",
    );
    let mut lines = Vec::new();
    for group in groups {
        let asked = json!({ "logGroupName": group["logGroupName"], "startTime": since.millis() });
        let events = pages(&account, "FilterLogEvents", asked, "events");
        lines.extend(events.iter().map(|event| text(event, "message")));
    }
    lines
}

/// What the logs answer, page after page.
fn pages(account: &Account, operation: &str, mut asked: Value, member: &str) -> Vec<Value> {
    let target = format!("Logs_20140328.{operation}");
    let mut all = Vec::new();
    loop {
        let page = account.json("logs", &target, &asked).expect(200).json();
        all.extend(page[member].as_array().cloned().unwrap_or_default());
        match page["nextToken"].as_str() {
            Some(next) => asked["nextToken"] = next.into(),
            None => return all,
        }
    }
}

/// Every item of a table, as text.
pub fn items(stage: &Stage, account: &Account, table: &manifest::Table) -> Vec<String> {
    let mut asked = json!({ "TableName": stage.physical(table.name) });
    let mut items = Vec::new();
    loop {
        let page = account.dynamodb("Scan", &asked).expect(200).json();
        let found = page["Items"].as_array().cloned().unwrap_or_default();
        items.extend(found.iter().map(Value::to_string));
        match page.get("LastEvaluatedKey") {
            Some(next) => asked["ExclusiveStartKey"] = next.clone(),
            None => return items,
        }
    }
}

/// What stands where it must not.
fn found(canaries: &Canaries, texts: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (what, canary) in canaries {
        assert!(
            canary.len() >= 8,
            "{what} is too short to be told from others"
        );
        let texts = texts.iter().filter(|text| text.contains(canary.as_str()));
        found.extend(texts.map(|text| format!("{what} in {text}")));
    }
    found
}

#[test]
fn no_line_no_event_and_no_item_has_what_was_said_in_confidence() {
    let stage = Stage::from_env();
    let start = SystemClock.now();
    let (secret, personal, last) = lived();
    let id = last.header("x-request-id").unwrap().to_owned();
    // Once the last request is there, those before it are.
    let lines = eventually("the last line", Duration::from_secs(60), || {
        let lines = lines(stage, start.minus(Duration::from_secs(5)));
        lines.iter().any(|line| line.contains(&id)).then_some(lines)
    });
    assert!(lines.len() > 20, "only {} lines", lines.len());
    assert_eq!(found(&secret, &lines), [""; 0]);
    assert_eq!(found(&personal, &lines), [""; 0]);

    let items = items(stage, &stage.account(), &resources::AUTH);
    assert!(items.iter().any(|item| item.contains(&personal[0].1)));
    assert_eq!(found(&secret, &items), [""; 0]);
    let events: Vec<String> = items
        .into_iter()
        .filter(|item| item.contains("~outbox#"))
        .collect();
    assert!(!events.is_empty());
    assert_eq!(found(&personal, &events), [""; 0]);
}

#[test]
fn no_line_of_any_test_looks_like_a_token_a_hash_or_a_key() {
    let stage = Stage::from_env();
    let lines = lines(stage, SystemClock.now().minus(Duration::from_hours(24)));
    for (what, mark) in [
        ("a token", "eyJ"),
        ("a refresh token", "umr_"),
        ("a password's hash", "$argon2"),
        ("a private key", "PRIVATE KEY"),
        ("a header", "Bearer e"),
        ("an address", "@example.test"),
        ("a key of the processor", "sk_test_"),
        ("what webhooks are signed with", "whsec_"),
        ("what finishes a payment", "_secret_"),
        ("a card's number", "4242424242424242"),
    ] {
        let line = lines.iter().find(|line| line.contains(mark));
        assert_eq!(line, None, "{what}");
    }
}
