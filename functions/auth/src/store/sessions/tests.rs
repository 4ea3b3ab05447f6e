use std::sync::Arc;
use std::time::Duration;

use kernel::{SessionId, UserId};

use super::Exchange;
use crate::Auth;
use crate::session::{RefreshToken, SECRET, Session};
use crate::testing::{NOW, auth, written};

const LIFE: Duration = Duration::from_hours(24);

fn token(secret: u8) -> RefreshToken {
    let (user, session) = (UserId::derive("", "ann"), SessionId::derive("", "one"));
    RefreshToken::new(user, session, [secret; SECRET])
}

/// A session whose good token has the secret 1.
async fn begun(auth: &Auth) -> Session {
    let session = Session::begin(&token(1), 0, NOW, LIFE);
    let begin = written("begin", Duration::ZERO);
    auth.store
        .begin_session(&session, None, &begin)
        .await
        .unwrap();
    session
}

/// Exchanges the token of a secret for that of another, so long after the session began.
async fn exchange(auth: &Auth, used: u8, next: u8, later: Duration) -> Exchange {
    let (used, next) = (token(used), token(next));
    let outcome = auth.store.exchange(&used, &next, LIFE, NOW.plus(later));
    outcome.await.unwrap()
}

#[tokio::test]
async fn a_session_goes_on_from_token_to_token_and_lasts_from_the_last() {
    let auth = auth().await;
    let began = begun(&auth).await;
    let late = LIFE - Duration::from_secs(1);
    let Exchange::Done(session) = exchange(&auth, 1, 2, late).await else {
        panic!("it has not ended");
    };
    let expected = Session {
        secret: token(2).hash(),
        refreshed_at: NOW.plus(late),
        expires: NOW.plus(late + LIFE),
        ..began
    };
    assert_eq!(session, expected);
    assert!(matches!(
        exchange(&auth, 2, 3, LIFE).await,
        Exchange::Done(_)
    ));
}

#[tokio::test]
async fn a_session_that_has_ended_or_never_was_is_over() {
    let auth = auth().await;
    assert_eq!(exchange(&auth, 1, 2, Duration::ZERO).await, Exchange::Over);
    let session = begun(&auth).await;
    assert_eq!(exchange(&auth, 1, 2, LIFE).await, Exchange::Over);
    auth.store
        .end_session(session.user, session.id)
        .await
        .unwrap();
    assert_eq!(exchange(&auth, 1, 2, Duration::ZERO).await, Exchange::Over);
}

#[tokio::test]
async fn a_token_that_is_used_twice_ends_the_session_for_both_its_holders() {
    let auth = auth().await;
    begun(&auth).await;
    let now = Duration::ZERO;
    assert!(matches!(
        exchange(&auth, 1, 2, now).await,
        Exchange::Done(_)
    ));
    assert!(matches!(
        exchange(&auth, 2, 3, now).await,
        Exchange::Done(_)
    ));
    assert_eq!(exchange(&auth, 1, 4, now).await, Exchange::Reused);
    assert_eq!(exchange(&auth, 3, 5, now).await, Exchange::Reused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_exchanges_at_once_one_is_done_and_the_session_has_ended() {
    let auth = Arc::new(auth().await);
    begun(&auth).await;
    let exchanges: Vec<_> = (0..20)
        .map(|number| {
            let auth = auth.clone();
            tokio::spawn(async move { exchange(&auth, 1, 100 + number, Duration::ZERO).await })
        })
        .collect();
    let (mut winners, mut reused) = (Vec::new(), 0);
    for (number, exchanged) in (0..).zip(exchanges) {
        match exchanged.await.unwrap() {
            Exchange::Done(_) => winners.push(100 + number),
            Exchange::Reused => reused += 1,
            Exchange::Over => panic!("the session was there"),
        }
    }
    assert_eq!((winners.len(), reused), (1, 19));
    let after = exchange(&auth, winners[0], 99, Duration::ZERO).await;
    assert_eq!(after, Exchange::Reused);
}

#[tokio::test]
async fn a_device_is_new_once() {
    let auth = auth().await;
    let user = UserId::derive("", "ann");
    let knows = async |device: &str| auth.store.knows_device(user, device, NOW).await.unwrap();
    assert!(!knows("phone").await);
    for operation in ["first", "second"] {
        let session = Session::begin(
            &RefreshToken::new(user, SessionId::derive("", operation), [1; SECRET]),
            0,
            NOW,
            LIFE,
        );
        let began = written(operation, Duration::ZERO);
        auth.store
            .begin_session(&session, Some("phone"), &began)
            .await
            .unwrap();
    }
    assert!(knows("phone").await);
    assert!(!knows("desk").await);
    // Two sign-ins that both found the device new have told of it once.
    let told = crate::testing::told(&auth).await;
    assert_eq!(told, ["auth.signed-in-from-new-device.v1"]);
    assert_eq!(auth.store.sessions(user, 10).await.unwrap().len(), 2);
}
