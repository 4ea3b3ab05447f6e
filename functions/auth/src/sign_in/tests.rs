use std::sync::Arc;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use kernel::Role;

use crate::error::AuthError;
use crate::password;
use crate::testing::{NOW, PASSWORD, auth, client, email, register, sign_in, told, written};
use crate::user::{AdminChanges, PasswordHash};
use crate::{Auth, Client, Credentials, SignedIn};

const SOON: Duration = Duration::from_mins(1);
const WINDOW: Duration = Duration::from_mins(15);

fn is_wrong(outcome: &Result<SignedIn, AuthError>) -> bool {
    matches!(outcome, Err(AuthError::InvalidCredentials(_)))
}

fn is_too_many(outcome: &Result<SignedIn, AuthError>) -> bool {
    matches!(outcome, Err(AuthError::TooManyAttempts(_)))
}

async fn fail(auth: &Auth, name: &str, times: u32) {
    for number in 0..times {
        let outcome = sign_in(auth, name, &format!("wrong {number}"), SOON).await;
        assert!(is_wrong(&outcome), "{number}: {outcome:?}");
    }
}

#[tokio::test]
async fn the_owner_of_a_password_signs_in_under_the_address_in_whatever_case() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    for name in ["ann", "ANN"] {
        let signed_in = sign_in(&auth, name, PASSWORD, SOON).await.unwrap();
        assert_eq!(signed_in.user, ann);
        assert_eq!(signed_in.expires_in_s, 900);
    }
    assert!(is_wrong(
        &sign_in(&auth, "ann", "correct horse", SOON).await
    ));
    assert!(is_wrong(&sign_in(&auth, "bob", PASSWORD, SOON).await));
}

#[tokio::test]
async fn ten_failures_close_an_account_whether_it_exists_or_not_until_the_window_ends() {
    let auth = auth().await;
    register(&auth, "ann").await;
    for name in ["ann", "nobody"] {
        fail(&auth, name, 10).await;
        let outcome = sign_in(&auth, name, PASSWORD, SOON).await;
        let Err(AuthError::TooManyAttempts(allowance)) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!((allowance.limit, allowance.remaining), (10, 0));
        assert_eq!(allowance.reset_s, WINDOW.as_secs());
    }
    let last = SOON + WINDOW - Duration::from_millis(1);
    assert!(is_too_many(&sign_in(&auth, "ann", PASSWORD, last).await));
    let after = SOON + WINDOW;
    assert!(sign_in(&auth, "ann", PASSWORD, after).await.is_ok());
    assert!(is_wrong(&sign_in(&auth, "nobody", PASSWORD, after).await));
}

#[tokio::test]
async fn a_success_forgets_the_failures_before_it() {
    let auth = auth().await;
    register(&auth, "ann").await;
    for _ in 0..2 {
        fail(&auth, "ann", 9).await;
        sign_in(&auth, "ann", PASSWORD, SOON).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_wrong_guesses_at_once_ten_are_told_that_they_are_wrong() {
    let auth = Arc::new(auth().await);
    register(&auth, "ann").await;
    let guesses: Vec<_> = (0..25)
        .map(|number| {
            let auth = auth.clone();
            let guess = format!("wrong {number}");
            tokio::spawn(async move { sign_in(&auth, "ann", &guess, SOON).await })
        })
        .collect();
    let (mut wrong, mut too_many) = (0, 0);
    for guess in guesses {
        let outcome = guess.await.unwrap();
        wrong += u32::from(is_wrong(&outcome));
        too_many += u32::from(is_too_many(&outcome));
    }
    assert_eq!((wrong, too_many), (10, 15));
    assert!(is_too_many(&sign_in(&auth, "ann", PASSWORD, SOON).await));
}

#[tokio::test]
async fn a_network_address_that_fails_with_many_accounts_must_wait_and_others_need_not() {
    let mut auth = auth().await;
    auth.limits.address_failures.most = 3;
    register(&auth, "ann").await;
    for name in ["one", "two", "three"] {
        fail(&auth, name, 1).await;
    }
    assert!(is_too_many(&sign_in(&auth, "ann", PASSWORD, SOON).await));
    let given = Credentials {
        email: email("ann"),
        password: password::Password::given(PASSWORD),
        mfa_code: None,
    };
    let elsewhere = Client {
        address: "198.51.100.4".to_owned(),
        ..client()
    };
    let written = written("elsewhere", SOON);
    assert!(auth.sign_in(given, &elsewhere, &written).await.is_ok());
}

#[tokio::test]
async fn a_network_address_opens_so_many_accounts_an_hour() {
    let mut auth = auth().await;
    auth.limits.registrations.most = 2;
    for name in ["one", "two"] {
        register(&auth, name).await;
    }
    let applicant = crate::Applicant {
        email: email("three"),
        name: "Three".to_owned(),
        phone: None,
        password: password::Password::given(PASSWORD),
    };
    let refused = auth
        .register(applicant, &client(), &written("three", SOON))
        .await;
    let Err(AuthError::TooManyRegistrations(allowance)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((allowance.limit, allowance.remaining), (2, 0));
    assert_eq!(auth.store.holder_of(&email("three")).await.unwrap(), None);
}

#[tokio::test]
async fn a_password_that_was_hashed_at_a_lower_cost_is_hashed_anew() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    let params = Params::new(1024, 1, 1, None).unwrap();
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(PASSWORD.as_bytes(), &[1; password::SALT])
        .unwrap();
    let cheap = PasswordHash::new(cheap.to_string());
    let outdated = ann.changed(NOW, |user| user.password = cheap);
    auth.store.replace_user(&ann, &outdated).await.unwrap();

    assert!(is_wrong(&sign_in(&auth, "ann", "wrong one", SOON).await));
    sign_in(&auth, "ann", PASSWORD, SOON).await.unwrap();
    let present = auth.store.user(ann.id).await.unwrap().unwrap();
    assert!(!password::is_outdated(&present.password));
    assert_eq!(present.token_version, 0, "nobody is signed out by it");
    assert!(sign_in(&auth, "ann", PASSWORD, 2 * SOON).await.is_ok());
}

#[tokio::test]
async fn who_is_suspended_learns_it_with_the_right_password_alone() {
    let auth = auth().await;
    let signed_in = register(&auth, "ann").await;
    let shut_out = AdminChanges {
        suspended: Some(true),
        ..AdminChanges::default()
    };
    let suspended = signed_in.user.administered(&shut_out, NOW);
    let replaced = auth.store.replace_user(&signed_in.user, &suspended).await;
    replaced.unwrap();
    assert!(is_wrong(&sign_in(&auth, "ann", "wrong one", SOON).await));
    let outcome = sign_in(&auth, "ann", PASSWORD, SOON).await;
    assert!(matches!(outcome, Err(AuthError::Suspended)), "{outcome:?}");
    let refreshed = auth.refresh(&signed_in.refresh_token, NOW).await;
    assert!(matches!(refreshed, Err(AuthError::InvalidRefreshToken)));
}

#[tokio::test]
async fn a_user_is_told_of_a_device_that_was_not_seen_before() {
    let auth = auth().await;
    register(&auth, "ann").await;
    sign_in(&auth, "ann", PASSWORD, SOON).await.unwrap();
    assert_eq!(told(&auth).await, ["auth.verification-requested.v1"]);
    let given = Credentials {
        email: email("ann"),
        password: password::Password::given(PASSWORD),
        mfa_code: None,
    };
    let desk = Client {
        agent: "Firefox".to_owned(),
        ..client()
    };
    let written = written("desk", SOON);
    auth.sign_in(given, &desk, &written).await.unwrap();
    let mails = [
        "auth.signed-in-from-new-device.v1",
        "auth.verification-requested.v1",
    ];
    assert_eq!(told(&auth).await, mails);
}

#[tokio::test]
async fn signing_out_ends_one_session_and_signing_out_everywhere_ends_all() {
    let auth = auth().await;
    let first = register(&auth, "ann").await;
    let second = sign_in(&auth, "ann", PASSWORD, SOON).await.unwrap();
    let third = sign_in(&auth, "ann", PASSWORD, 2 * SOON).await.unwrap();
    let user = first.user.id;
    let now = NOW.plus(2 * SOON);

    let session = crate::session::RefreshToken::parse(&first.refresh_token);
    auth.sign_out(user, session.unwrap().session).await.unwrap();
    let over = auth.refresh(&first.refresh_token, now).await;
    assert!(matches!(over, Err(AuthError::InvalidRefreshToken)));
    let second = auth.refresh(&second.refresh_token, now).await.unwrap();

    auth.sign_out_everywhere(user, now).await.unwrap();
    for token in [&second.refresh_token, &third.refresh_token] {
        let over = auth.refresh(token, now).await;
        assert!(matches!(over, Err(AuthError::InvalidRefreshToken)));
    }
    let fresh = sign_in(&auth, "ann", PASSWORD, 3 * SOON).await.unwrap();
    assert!(auth.refresh(&fresh.refresh_token, now).await.is_ok());
}

#[tokio::test]
async fn a_refresh_token_that_is_not_ours_is_none() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await;
    let nobody = crate::session::RefreshToken::new(
        kernel::UserId::derive("", "nobody"),
        kernel::SessionId::derive("", "none"),
        [1; crate::session::SECRET],
    );
    for token in ["", "nonsense", &ann.access_token, &nobody.reveal()] {
        let refused = auth.refresh(token, NOW).await;
        assert!(
            matches!(refused, Err(AuthError::InvalidRefreshToken)),
            "{token}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn another_role_ends_access_tokens_and_no_session_and_is_in_the_next_token() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await;
    let promotion = AdminChanges {
        role: Some(Role::Manager),
        ..AdminChanges::default()
    };
    let manager = ann.user.administered(&promotion, NOW);
    let replaced = auth.store.replace_user(&ann.user, &manager).await;
    replaced.unwrap();
    let refreshed = auth.refresh(&ann.refresh_token, NOW).await.unwrap();
    assert_eq!(refreshed.user.role, Role::Manager);
    assert_eq!(refreshed.user.token_version, 1);
}
