//! A service on tables of the test's own in the local cloud.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws::{Aws, KeySet, SigningKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use edge::App;
use kernel::{Email, OperationId, Timestamp};
use manifest::resources::{AUTH, MFA_KEY, PLATFORM, SIGNING_KEYS};

use crate::error::AuthError;
use crate::password::Password;
use crate::store::Written;
use crate::{Applicant, Auth, Client, Credentials, SignedIn};

/// When the tests begin.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// The password that accounts are opened with.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The service, with a signing key of its own.
pub(crate) async fn auth() -> Auth {
    on(&aws::testing::cloud(&[&AUTH, &PLATFORM]).await.unwrap()).await
}

/// The same on tables that are there already.
pub(crate) async fn on(aws: &Aws) -> Auth {
    let secret = aws::testing::create_secret(aws, &key_set()).await.unwrap();
    let mfa_key = aws::testing::create_secret(aws, "a key of the tests").await;
    let environment = aws.environment().clone();
    let environment = environment
        .with("JWT_ISSUER", "https://issuer.example")
        .with("JWT_AUDIENCE", "shop")
        .with(SIGNING_KEYS.env(), secret)
        .with(MFA_KEY.env(), mfa_key.unwrap());
    let aws = Aws::connect(environment).await.unwrap();
    Auth::start(&aws).await.unwrap()
}

fn key_set() -> String {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&key).unwrap();
    let body = STANDARD.encode(der.as_ref());
    let set = KeySet {
        current: "one".to_owned(),
        keys: vec![SigningKey {
            kid: "one".to_owned(),
            pem: format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"),
            made_at: NOW,
            retired_at: None,
        }],
    };
    serde_json::to_string(&set).unwrap()
}

/// A write of an operation, so long after the tests began.
pub(crate) fn written(operation: &str, later: Duration) -> Written {
    Written {
        at: NOW.plus(later),
        traceparent: None,
        operation: OperationId::derive("", operation),
    }
}

/// Somebody at home.
pub(crate) fn client() -> Client {
    Client {
        address: "203.0.113.9".to_owned(),
        agent: "Shop/1.0 (iPhone)".to_owned(),
    }
}

/// Somebody's address.
pub(crate) fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.com")).unwrap()
}

/// Opens an account.
pub(crate) async fn register(auth: &Auth, name: &str) -> SignedIn {
    let applicant = Applicant {
        email: email(name),
        name: name.to_owned(),
        phone: None,
        password: Password::given(PASSWORD),
    };
    // The same name may be registered again, by somebody else.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let written = written(&format!("register {name} {number}"), Duration::ZERO);
    auth.register(applicant, &client(), &written)
        .await
        .unwrap()
        .0
}

/// Tries to sign in with a password, so long after the tests began.
pub(crate) async fn sign_in(
    auth: &Auth,
    name: &str,
    password: &str,
    later: Duration,
) -> Result<SignedIn, AuthError> {
    let given = Credentials {
        email: email(name),
        password: Password::given(password),
        mfa_code: None,
    };
    let written = written(&format!("sign in {name} {password} {later:?}"), later);
    auth.sign_in(given, &client(), &written).await
}

/// The types of the events that were told, sorted.
pub(crate) async fn told(auth: &Auth) -> Vec<String> {
    aws::testing::told(auth.store.table()).await.unwrap()
}
