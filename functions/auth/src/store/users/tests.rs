use std::sync::Arc;
use std::time::Duration;

use aws::TokenVersions;
use kernel::{Email, UserId};

use crate::Auth;
use crate::one_time::{OneTime, Purpose};
use crate::session::{RefreshToken, SECRET, Session};
use crate::store::{Store, StoreError};
use crate::testing::{NOW, auth, email, register, told, written};
use crate::user::{PasswordHash, Registration, User};

fn user(id: &str, email: Email) -> User {
    let registration = Registration {
        id: UserId::derive("", id),
        email,
        name: id.to_owned(),
        phone: None,
        password: PasswordHash::NONE,
    };
    User::register(registration, NOW)
}

async fn open(store: &Store, user: &User) -> Result<(), StoreError> {
    let session = kernel::SessionId::derive(&user.id.to_string(), "session");
    let token = RefreshToken::new(user.id, session, [1; SECRET]);
    let session = Session::begin(&token, 0, NOW, Duration::from_hours(1));
    let written = written(&format!("open {}", user.id), Duration::ZERO);
    store.register(user, &session, "phone", &written).await
}

fn versions(auth: &Auth) -> &TokenVersions {
    auth.store.versions.as_ref().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_at_once_who_want_one_address_one_gets_it_in_whatever_case() {
    let auth = Arc::new(auth().await);
    let registrations: Vec<_> = (0..50)
        .map(|number| {
            let auth = auth.clone();
            tokio::spawn(async move {
                let local = if number % 2 == 0 { "Ann" } else { "aNN" };
                let user = user(&format!("user {number}"), email(local));
                (user.id, open(&auth.store, &user).await)
            })
        })
        .collect();
    let mut winners = Vec::new();
    for registration in registrations {
        match registration.await.unwrap() {
            (id, Ok(())) => winners.push(id),
            (_, Err(StoreError::EmailTaken)) => {}
            (_, Err(error)) => panic!("{error}"),
        }
    }
    let holder = auth.store.holder_of(&email("ann")).await.unwrap();
    assert_eq!(winners, holder.into_iter().collect::<Vec<_>>());
    assert_eq!(told(&auth).await, ["auth.verification-requested.v1"]);
}

#[tokio::test]
async fn a_user_is_read_as_it_was_written() {
    let auth = auth().await;
    let ann = user("ann", email("Ann"));
    open(&auth.store, &ann).await.unwrap();
    assert_eq!(auth.store.user(ann.id).await.unwrap(), Some(ann.clone()));
    let after = ann.signed_out(NOW);
    auth.store.replace_user(&ann, &after).await.unwrap();
    assert_eq!(auth.store.user(ann.id).await.unwrap(), Some(after));
    assert_eq!(
        auth.store.user(UserId::derive("", "bob")).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn of_two_who_change_a_user_at_once_one_is_told_and_nothing_of_theirs_is_there() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    let one = ann.changed(NOW, |user| user.name = "One".to_owned());
    let other = ann.signed_out(NOW);
    auth.store.replace_user(&ann, &one).await.unwrap();
    let outcome = auth.store.replace_user(&ann, &other).await;
    assert!(matches!(outcome, Err(StoreError::Stale)), "{outcome:?}");
    assert_eq!(versions(&auth).current(ann.id).await.unwrap(), 0);
}

#[tokio::test]
async fn whatever_ends_access_tokens_does_so_in_its_own_transaction() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    assert_eq!(versions(&auth).current(ann.id).await.unwrap(), 0);
    let after = ann.signed_out(NOW);
    auth.store.replace_user(&ann, &after).await.unwrap();
    assert_eq!(versions(&auth).current(ann.id).await.unwrap(), 1);
}

#[tokio::test]
async fn an_address_is_free_again_when_its_user_is_erased_and_no_sooner() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    let next = user("next", email("ANN"));
    let taken = open(&auth.store, &next).await;
    assert!(matches!(taken, Err(StoreError::EmailTaken)), "{taken:?}");
    let gone = ann.erased(NOW).unwrap();
    auth.store.replace_user(&ann, &gone).await.unwrap();
    assert_eq!(auth.store.holder_of(&email("ann")).await.unwrap(), None);
    open(&auth.store, &next).await.unwrap();
    assert_eq!(
        auth.store.holder_of(&email("ann")).await.unwrap(),
        Some(next.id)
    );
}

#[tokio::test]
async fn a_token_is_used_in_the_transaction_of_its_effect_and_once() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user;
    let token = OneTime {
        hash: OneTime::hash_of("one"),
        purpose: Purpose::VerifyEmail,
        user: ann.id,
        email: ann.email.canonical(),
        tv: 0,
        expires: NOW.plus(Duration::from_hours(1)),
        used: false,
    };
    auth.store.keep_one_time(&token).await.unwrap();
    let verified = ann.changed(NOW, |user| user.email_verified = true);
    let verify =
        async |before: &User, after: &User| auth.store.verify_email(before, after, &token).await;
    verify(&ann, &verified).await.unwrap();
    let once_more = verified.changed(NOW, |_| ());
    let used = verify(&verified, &once_more).await;
    assert!(matches!(used, Err(StoreError::TokenUsed)), "{used:?}");
    assert_eq!(auth.store.user(ann.id).await.unwrap(), Some(verified));
}
