use std::sync::Arc;
use std::time::Duration;

use kernel::UserId;

use crate::Auth;
use crate::error::AuthError;
use crate::one_time::{OneTime, Purpose};
use crate::password::Password;
use crate::testing::{NOW, PASSWORD, auth, client, email, register, sign_in, told, written};
use crate::user::User;

const SOON: Duration = Duration::from_mins(1);
const NEW: &str = "purple otters juggle";

/// A token as the mail's writer keeps it.
async fn mailed(auth: &Auth, user: &User, purpose: Purpose, token: &str) {
    let kept = OneTime {
        hash: OneTime::hash_of(token),
        purpose,
        user: user.id,
        email: user.email.canonical(),
        tv: user.token_version,
        expires: NOW.plus(Duration::from_hours(1)),
        used: false,
    };
    assert!(auth.store.keep_one_time(&kept).await.unwrap());
}

async fn user(auth: &Auth, id: UserId) -> User {
    auth.store.user(id).await.unwrap().unwrap()
}

async fn reset(auth: &Auth, token: &str, later: Duration) -> Result<(), AuthError> {
    let written = written(&format!("reset by {token} {later:?}"), later);
    let password = Password::given(NEW);
    auth.reset_password(token, &password, &written).await
}

fn is_refused(outcome: &Result<(), AuthError>) -> bool {
    matches!(outcome, Err(AuthError::InvalidToken))
}

#[tokio::test]
async fn a_token_sets_a_password_once_and_ends_all_sessions() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await;
    mailed(&auth, &ann.user, Purpose::ResetPassword, "one").await;
    reset(&auth, "one", SOON).await.unwrap();

    assert!(sign_in(&auth, "ann", PASSWORD, SOON).await.is_err());
    assert!(sign_in(&auth, "ann", NEW, SOON).await.is_ok());
    let over = auth.refresh(&ann.refresh_token, NOW).await;
    assert!(matches!(over, Err(AuthError::InvalidRefreshToken)));
    let after = user(&auth, ann.user.id).await;
    assert_eq!(after.token_version, 1, "access tokens have ended");
    assert!(after.email_verified, "the mail has arrived");
    assert!(is_refused(&reset(&auth, "one", SOON).await), "it was used");
    let mails = ["auth.password-changed.v1", "auth.verification-requested.v1"];
    assert_eq!(told(&auth).await, mails);
}

#[tokio::test]
async fn a_token_is_refused_when_it_is_late_of_another_kind_or_none_of_ours() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    mailed(&auth, &ann, Purpose::ResetPassword, "reset").await;
    mailed(&auth, &ann, Purpose::VerifyEmail, "verify").await;
    let hour = Duration::from_hours(1);
    for (token, later) in [
        ("reset", hour),
        ("verify", SOON),
        ("other", SOON),
        ("", SOON),
    ] {
        assert!(is_refused(&reset(&auth, token, later).await), "{token}");
    }
    for (token, later) in [("verify", hour), ("reset", SOON), ("other", SOON)] {
        let outcome = auth.verify_email(token, NOW.plus(later)).await;
        assert!(is_refused(&outcome), "{token}");
    }
    assert_eq!(user(&auth, ann.id).await, ann);
}

#[tokio::test]
async fn a_token_is_of_its_own_user_and_address() {
    let auth = auth().await;
    let (ann, bob) = (
        register(&auth, "ann").await.user,
        register(&auth, "bob").await.user,
    );
    mailed(&auth, &ann, Purpose::VerifyEmail, "of ann").await;
    auth.verify_email("of ann", NOW).await.unwrap();
    assert!(user(&auth, ann.id).await.email_verified);
    assert!(!user(&auth, bob.id).await.email_verified);

    mailed(&auth, &bob, Purpose::VerifyEmail, "of bob's old address").await;
    let moved = bob.changed(NOW, |user| user.email = email("robert"));
    auth.store.replace_user(&bob, &moved).await.unwrap();
    let outcome = auth.verify_email("of bob's old address", NOW).await;
    assert!(is_refused(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_new_password_ends_every_link_that_was_mailed_before_to_set_one() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    for token in ["one", "two"] {
        mailed(&auth, &ann, Purpose::ResetPassword, token).await;
    }
    reset(&auth, "two", SOON).await.unwrap();
    assert!(is_refused(&reset(&auth, "one", SOON).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_who_use_a_token_at_once_one_sets_the_password() {
    let auth = Arc::new(auth().await);
    let ann = register(&auth, "ann").await.user;
    mailed(&auth, &ann, Purpose::ResetPassword, "one").await;
    let resets: Vec<_> = (0..10_u32)
        .map(|number| {
            let auth = auth.clone();
            let later = SOON * (number + 1);
            tokio::spawn(async move { reset(&auth, "one", later).await })
        })
        .collect();
    let mut won = 0;
    for reset in resets {
        match reset.await.unwrap() {
            Ok(()) => won += 1,
            outcome => assert!(is_refused(&outcome), "{outcome:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(user(&auth, ann.id).await.token_version, 1);
}

#[tokio::test]
async fn a_mail_that_is_written_twice_does_not_bring_a_used_token_back() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    mailed(&auth, &ann, Purpose::VerifyEmail, "one").await;
    auth.verify_email("one", NOW).await.unwrap();
    let kept = auth.store.one_time(&OneTime::hash_of("one")).await;
    let again = OneTime {
        used: false,
        ..kept.unwrap().unwrap()
    };
    assert!(!auth.store.keep_one_time(&again).await.unwrap());
    assert!(is_refused(&auth.verify_email("one", NOW).await));
}

#[tokio::test]
async fn a_reset_opens_an_account_again_that_was_closed_by_failures() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    for number in 0..10 {
        let wrong = format!("wrong {number}");
        assert!(sign_in(&auth, "ann", &wrong, SOON).await.is_err());
    }
    mailed(&auth, &ann, Purpose::ResetPassword, "one").await;
    reset(&auth, "one", SOON).await.unwrap();
    assert!(sign_in(&auth, "ann", NEW, SOON).await.is_ok());
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_the_old_one_and_all_sessions_end() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await;
    let change = async |old: &str, operation: &str| {
        let (old, new) = (Password::given(old), Password::given(NEW));
        let written = written(operation, SOON);
        auth.change_password(ann.user.id, &old, &new, &client(), &written)
            .await
    };
    let wrong = change("not the one", "first").await;
    assert!(matches!(wrong, Err(AuthError::InvalidCredentials(_))));
    change(PASSWORD, "second").await.unwrap();
    assert!(sign_in(&auth, "ann", NEW, SOON).await.is_ok());
    assert!(auth.refresh(&ann.refresh_token, NOW).await.is_err());
    assert_eq!(user(&auth, ann.user.id).await.token_version, 1);
}

#[tokio::test]
async fn failures_with_the_old_password_close_the_account_as_failed_sign_ins_do() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    for number in 0..10 {
        let (old, new) = (Password::given("not the one"), Password::given(NEW));
        let written = written(&format!("change {number}"), SOON);
        let wrong = auth
            .change_password(ann.id, &old, &new, &client(), &written)
            .await;
        assert!(matches!(wrong, Err(AuthError::InvalidCredentials(_))));
    }
    let closed = sign_in(&auth, "ann", PASSWORD, SOON).await;
    assert!(matches!(closed, Err(AuthError::TooManyAttempts(_))));
}

#[tokio::test]
async fn a_reset_is_asked_for_alike_whether_there_is_an_account_or_not() {
    let auth = auth().await;
    register(&auth, "ann").await;
    for (name, events) in [("ann", 2), ("nobody", 3)] {
        let written = written(&format!("forgot {name}"), SOON);
        let asked = auth.request_password_reset(&email(name), &written).await;
        asked.unwrap();
        assert_eq!(told(&auth).await.len(), events);
    }
}

#[tokio::test]
async fn an_account_is_asked_to_be_mailed_five_times_an_hour_and_no_more() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    for number in 0..8 {
        let written = written(&format!("forgot {number}"), SOON);
        let asked = auth.request_password_reset(&email("ann"), &written).await;
        asked.unwrap();
    }
    let resets = told(&auth).await;
    let resets = resets.iter().filter(|it| it.contains("reset")).count();
    assert_eq!(resets, 5);
    let resend = written("resend", SOON);
    let resent = auth.resend_verification(ann.id, &resend).await;
    assert!(matches!(resent, Err(AuthError::TooManyAttempts(_))));
}

#[tokio::test]
async fn an_address_that_is_verified_is_sent_no_further_mail_about_it() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    let resend = async |operation: &str| {
        let written = written(operation, SOON);
        auth.resend_verification(ann.id, &written).await.unwrap();
        told(&auth).await.len()
    };
    assert_eq!(resend("first").await, 2);
    mailed(&auth, &ann, Purpose::VerifyEmail, "one").await;
    auth.verify_email("one", NOW).await.unwrap();
    assert_eq!(resend("second").await, 2);
}
