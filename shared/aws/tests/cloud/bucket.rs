use std::time::Duration;

use aws::bucket::take;
use futures_util::future::join_all;

use crate::{noon, table};

#[tokio::test]
async fn of_fifty_at_once_exactly_as_many_are_let_through_as_the_bucket_holds() {
    let table = table().await;
    for capacity in [1, 7, 50, 60] {
        let subject = format!("import#{capacity}");
        let takes = (0..50).map(|_| take(&table, &subject, capacity, 60, noon()));
        let taken: Vec<_> = join_all(takes)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let allowed = taken.iter().filter(|taken| taken.allowed).count();
        assert_eq!(allowed, (capacity as usize).min(50));
        let mut left: Vec<_> = taken
            .iter()
            .filter(|taken| taken.allowed)
            .map(|taken| taken.remaining)
            .collect();
        left.sort_unstable();
        let expected: Vec<u32> = (capacity.saturating_sub(50)..capacity).collect();
        assert_eq!(left, expected, "each is told another number");
        assert!(taken.iter().all(|taken| taken.limit == capacity));
    }
}

#[tokio::test]
async fn it_fills_with_time_and_never_beyond_its_size() {
    let table = table().await;
    // Two a minute: one comes back in 30 seconds.
    let at = |seconds: u64| {
        take(
            &table,
            "user",
            3,
            2,
            noon().plus(Duration::from_secs(seconds)),
        )
    };
    for remaining in [2, 1, 0] {
        let taken = at(0).await.unwrap();
        assert!(taken.allowed);
        assert_eq!(taken.remaining, remaining);
        assert_eq!(taken.retry_after_s, if remaining == 0 { 30 } else { 0 });
    }
    let denied = at(0).await.unwrap();
    assert!(!denied.allowed);
    assert_eq!(
        (denied.remaining, denied.retry_after_s, denied.reset_s),
        (0, 30, 90)
    );
    let denied = at(29).await.unwrap();
    assert!(!denied.allowed);
    assert_eq!(denied.retry_after_s, 1, "being denied costs nothing");
    assert!(at(30).await.unwrap().allowed);
    assert!(!at(30).await.unwrap().allowed);
    // A day later it holds three, not thousands.
    for remaining in [2, 1, 0] {
        let taken = at(86_400).await.unwrap();
        assert!(taken.allowed);
        assert_eq!(taken.remaining, remaining);
    }
    assert!(!at(86_400).await.unwrap().allowed);
}

#[tokio::test]
async fn buckets_of_different_subjects_do_not_meet() {
    let table = table().await;
    assert!(take(&table, "one", 1, 1, noon()).await.unwrap().allowed);
    assert!(take(&table, "two", 1, 1, noon()).await.unwrap().allowed);
    assert!(!take(&table, "one", 1, 1, noon()).await.unwrap().allowed);
}
