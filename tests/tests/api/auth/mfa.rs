//! Signing in with a second factor.

use kernel::{Clock, SystemClock};
use serde_json::{Value, json};
use testkit::{Reply, Stage, all_at_once};
use totp_rs::{Algorithm, Builder, Secret};

use super::{PASSWORD, Person, text};

const STEP: u64 = 30;

/// An authenticator app that was given the secret, and the step that it is at.
struct App {
    secret: String,
    step: u64,
}

impl App {
    fn of(enrolment: &Value) -> Self {
        Self {
            secret: text(enrolment, "secret"),
            step: u64::try_from(SystemClock.now().seconds()).unwrap() / STEP,
        }
    }

    /// The code so many steps from where the app was.
    fn code(&self, later: u64) -> String {
        let app = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_secret(Secret::try_from_base32(&self.secret).unwrap())
            .build()
            .unwrap();
        app.generate((self.step + later) * STEP).to_string()
    }
}

fn set_up(person: &Person) -> Value {
    let reply = person
        .api
        .post("/api/v1/auth/mfa/setup", &json!({}))
        .expect(200);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    reply.data()
}

fn confirm(person: &Person, code: &str) -> Reply {
    person
        .api
        .post("/api/v1/auth/mfa/confirm", &json!({ "code": code }))
}

fn sign_in(person: &Person, code: Option<&str>) -> Reply {
    let mut body = json!({ "email": person.email, "password": PASSWORD });
    if let Some(code) = code {
        body["mfaCode"] = json!(code);
    }
    Stage::from_env().api().post("/api/v1/auth/login", &body)
}

#[test]
fn signing_in_takes_a_code_once_the_app_has_shown_one() {
    let ann = Person::new();
    let enrolment = set_up(&ann);
    let codes = enrolment["recoveryCodes"].as_array().unwrap();
    assert_eq!(codes.len(), 10);
    let uri = text(&enrolment, "otpauthUri");
    assert!(
        uri.starts_with("otpauth://totp/") && uri.contains(&text(&enrolment, "secret")),
        "{uri}"
    );
    sign_in(&ann, None).expect(200);

    let app = App::of(&enrolment);
    confirm(&ann, "000000x").refuse(422, "invalid_mfa_code");
    confirm(&ann, &app.code(0)).expect(204);
    let me = ann.api.get("/api/v1/users/me").expect(200).data();
    assert_eq!(me["mfaEnabled"], true);
    sign_in(&ann, None).refuse(401, "mfa_required");
    sign_in(&ann, Some("not a code")).refuse(401, "invalid_credentials");
    // The code that confirmed is used up; the next one is good once.
    sign_in(&ann, Some(&app.code(0))).refuse(401, "invalid_credentials");
    let next = app.code(1);
    let at_once = all_at_once(4, |_| sign_in(&ann, Some(&next)));
    assert_eq!(
        at_once.iter().filter(|reply| reply.status == 200).count(),
        1,
        "{at_once:?}"
    );
    sign_in(&ann, Some(&next)).refuse(401, "invalid_credentials");
    let recovery = codes[0].as_str().unwrap();
    sign_in(&ann, Some(recovery)).expect(200);
    sign_in(&ann, Some(recovery)).refuse(401, "invalid_credentials");
    ann.api
        .post("/api/v1/auth/mfa/setup", &json!({}))
        .refuse(409, "mfa_already_enabled");

    let last = json!({ "code": codes[1] });
    ann.api.post("/api/v1/auth/mfa/disable", &last).expect(204);
    sign_in(&ann, None).expect(200);
    ann.api
        .post("/api/v1/auth/mfa/disable", &last)
        .refuse(409, "mfa_not_set_up");
}

#[test]
fn five_wrong_codes_close_the_door_also_for_the_right_one() {
    let ann = Person::new();
    let enrolment = set_up(&ann);
    let app = App::of(&enrolment);
    confirm(&ann, &app.code(0)).expect(204);
    for number in 0..5 {
        sign_in(&ann, Some(&format!("wrong {number}"))).refuse(401, "invalid_credentials");
    }
    let closed = sign_in(&ann, Some(&app.code(1))).refuse(429, "too_many_attempts");
    let seconds: u64 = closed.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&seconds), "{closed}");
}

#[test]
fn what_was_never_set_up_is_not_confirmed() {
    let ann = Person::new();
    confirm(&ann, "123456").refuse(409, "mfa_not_set_up");
    let disable = ann
        .api
        .post("/api/v1/auth/mfa/disable", &json!({ "code": "123456" }));
    disable.refuse(409, "mfa_not_set_up");
}
