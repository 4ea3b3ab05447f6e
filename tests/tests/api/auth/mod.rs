//! `/api/v1/auth` and `/api/v1/users`.

mod addresses;
mod erasure;
pub mod logs;
mod mails;
mod mfa;
mod profile;
mod recovery;
mod sessions;
mod sign_in;
mod sign_up;

use serde_json::{Value, json};
use testkit::{Api, BY_QUEUE, Reply, Stage, eventually, unique};

/// A password that nobody guesses first.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody with an account that no other test knows.
pub struct Person {
    /// The address.
    pub email: String,
    /// The API for them.
    pub api: Api,
    /// What the registration answered.
    pub account: Value,
}

impl Person {
    /// Opens an account.
    pub fn new() -> Self {
        let email = format!("{}@example.test", unique("person"));
        let reply = register(&Stage::from_env().api(), &email).expect(201);
        Self::of(&email, &reply)
    }

    /// Whoever signed in.
    fn of(email: &str, reply: &Reply) -> Self {
        let account = reply.data();
        Self {
            email: email.to_owned(),
            api: Stage::from_env()
                .api()
                .with_token(text(&account, "accessToken")),
            account,
        }
    }

    /// Signs in once more.
    pub fn sign_in(&self) -> Self {
        Self::of(&self.email, &sign_in(&self.email, PASSWORD).expect(200))
    }

    /// The refresh token of the session.
    pub fn refresh_token(&self) -> String {
        text(&self.account, "refreshToken")
    }
}

/// Asks for an account.
pub fn register(api: &Api, email: &str) -> Reply {
    let body = json!({ "email": email, "password": PASSWORD, "name": "Ann Archer" });
    api.post("/api/v1/auth/register", &body)
}

/// Tries to sign in.
pub fn sign_in(email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    Stage::from_env().api().post("/api/v1/auth/login", &body)
}

/// Exchanges a refresh token.
pub fn refresh(token: &str) -> Reply {
    let body = json!({ "refreshToken": token });
    Stage::from_env().api().post("/api/v1/auth/refresh", &body)
}

/// The token of the newest mail to an address that leads to a page of the shop, as soon as there
/// is one.
pub fn mailed_token(email: &str, page: &str) -> String {
    eventually("a mail with a token", BY_QUEUE, || {
        let of_page = format!("/{page}#token=");
        let mails = mails_to(email);
        let texts = mails
            .iter()
            .rev()
            .filter_map(|mail| mail["BodyText"].as_str());
        let mut tokens = texts.filter_map(|text| {
            let (_, token) = text.split_once(&of_page)?;
            token.split_whitespace().next().map(str::to_owned)
        });
        tokens.next()
    })
}

/// The mails to an address, the oldest first.
pub fn mails_to(email: &str) -> Vec<Value> {
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
                .is_some_and(|to| to.iter().any(|it| it == email))
        })
        .cloned()
        .collect()
}

/// A member that is text.
#[track_caller]
pub fn text(document: &Value, member: &str) -> String {
    let text = document[member].as_str();
    text.unwrap_or_else(|| panic!("{member} is no text in {document}"))
        .to_owned()
}
