use std::time::Duration;

use crate::testing::{NOW, auth};
use crate::throttle::{Counter, Limit};

const LIMIT: Limit = Limit {
    most: 10,
    window: Duration::from_mins(15),
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_tries_at_once_no_more_than_the_limit_get_through() {
    let auth = std::sync::Arc::new(auth().await);
    let tries = (0..50).map(|_| {
        let auth = auth.clone();
        tokio::spawn(async move {
            let counter = Counter::of("test", "ann");
            auth.store.count(&counter, LIMIT, NOW).await.unwrap()
        })
    });
    let (mut counts, mut refused) = (Vec::new(), 0);
    for tried in tries.collect::<Vec<_>>() {
        match tried.await.unwrap() {
            Ok(window) => counts.push(window.count),
            Err(window) => {
                assert_eq!(window.count, 10);
                refused += 1;
            }
        }
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=10).collect::<Vec<_>>());
    assert_eq!(refused, 40);
}

#[tokio::test]
async fn a_window_opens_with_its_first_try_and_another_when_it_has_ended() {
    let auth = auth().await;
    let counter = Counter::of("test", "ann");
    let count = async |later| {
        let counted = auth.store.count(&counter, LIMIT, NOW.plus(later)).await;
        counted.unwrap()
    };
    let late = Duration::from_mins(14);
    for number in 1..=10 {
        let window = count(if number == 1 { Duration::ZERO } else { late }).await;
        let window = window.unwrap();
        assert_eq!(window.count, number);
        assert_eq!(window.until, NOW.plus(LIMIT.window));
    }
    assert!(count(late).await.is_err());
    let window = count(LIMIT.window).await.unwrap();
    assert_eq!(
        (window.count, window.until),
        (1, NOW.plus(2 * LIMIT.window))
    );
}

#[tokio::test]
async fn tries_are_forgotten_unless_there_were_too_many() {
    let auth = auth().await;
    let (few, many) = (Counter::of("test", "few"), Counter::of("test", "many"));
    for number in 0..10 {
        let _ = auth.store.count(&many, LIMIT, NOW).await.unwrap();
        if number < 9 {
            let _ = auth.store.count(&few, LIMIT, NOW).await.unwrap();
        }
    }
    let forget = async |counter, later| {
        let outcome = auth.store.forget(counter, LIMIT, NOW.plus(later)).await;
        outcome.unwrap()
    };
    assert_eq!(forget(&few, Duration::ZERO).await, Ok(()));
    assert_eq!(auth.store.window(&few).await.unwrap(), None);
    assert_eq!(forget(&few, Duration::ZERO).await, Ok(()), "there are none");
    assert!(forget(&many, Duration::ZERO).await.is_err());
    assert!(auth.store.window(&many).await.unwrap().is_some());
    assert_eq!(forget(&many, LIMIT.window).await, Ok(()));
}
