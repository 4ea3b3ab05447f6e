//! The store against a table of the test's own in the local cloud.

use aws::{Answered, Condition};
use futures_util::future::join_all;
use kernel::{JobId, OperationId};
use manifest::resources::SEARCH;

use super::items::RuleCount;
use super::*;
use crate::job::Job;
use crate::rules::{Effect, RULES_MAX, Rule, RuleId};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

async fn store() -> Store {
    let aws = aws::testing::cloud(&[&SEARCH]).await.unwrap();
    Store::new(aws.table(&SEARCH).unwrap())
}

fn silent<T>(name: &str) -> Answered<T> {
    Answered::silent(OperationId::derive("", name))
}

#[tokio::test]
async fn of_many_rebuilds_that_are_asked_for_at_once_one_begins_and_all_are_told_of_it() {
    let store = store().await;
    let asked = (0..8).map(|number| {
        let name = number.to_string();
        let job = Job::rebuild(JobId::derive("", &name), NOW);
        let store = &store;
        async move {
            let (answered, written) = (silent(&name), Written::unasked(NOW));
            let begun = store.begin_rebuild(&job, &answered, &written).await;
            begun.unwrap()
        }
    });
    let begun = join_all(asked).await;
    let new = begun.iter().filter(|begun| matches!(begun, Begun::New(_)));
    assert_eq!(new.count(), 1);
    let mut jobs: Vec<_> = begun.into_iter().map(|begun| begun.job().id).collect();
    jobs.dedup();
    assert_eq!(jobs.len(), 1);
    let told = aws::testing::told(store.table()).await.unwrap();
    assert_eq!(told, ["search.job-due.v1"]);

    let job = store.job(jobs[0]).await.unwrap().unwrap();
    let done = job.completed(NOW);
    store.advance(&done).await.unwrap();
    assert!(matches!(store.advance(&done).await, Err(StoreError::Stale)));
    assert!(store.running_rebuild().await.unwrap().is_none());
}

#[tokio::test]
async fn a_caller_counts_once_a_day_and_no_more_than_fifty_do() {
    let store = store().await;
    let search = |words: &str, caller: usize| Searched {
        words: words.to_owned(),
        caller: caller.to_string(),
        at: NOW,
    };
    for caller in [1, 1, 1, 2] {
        store.count_search(&search("lamp", caller)).await.unwrap();
    }
    for caller in 0..60 {
        store.count_search(&search("chair", caller)).await.unwrap();
    }
    let day = Day::of(NOW);
    let mut counted = store.searched_on(day, 2).await.unwrap();
    counted.sort_unstable();
    assert_eq!(counted, [("chair".to_owned(), 50), ("lamp".to_owned(), 2)]);
    assert_eq!(store.searched_on(day, 3).await.unwrap().len(), 1);
    assert!(
        store
            .searched_on(day.before(1), 1)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn there_are_never_more_rules_than_there_may_be() {
    let store = store().await;
    let rule = |name: &str| Rule {
        id: RuleId::derive("", name),
        effect: Effect::Synonym {
            terms: vec!["a".to_owned(), "b".to_owned()],
            one_way: false,
        },
        enabled: true,
        note: None,
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    };
    let count = RuleCount {
        count: i64::from(RULES_MAX) - 1,
    };
    store.table().put(&count, Condition::none()).await.unwrap();
    let (first, second) = (rule("first"), rule("second"));
    store.create_rule(&first, &silent("first")).await.unwrap();
    let refused = store.create_rule(&second, &silent("second")).await;
    assert!(matches!(refused, Err(StoreError::TooManyRules)));
    store.delete_rule(&first, &silent("delete")).await.unwrap();
    let again = store.delete_rule(&first, &silent("again")).await;
    assert!(matches!(again, Err(StoreError::Stale)));
    store.create_rule(&second, &silent("third")).await.unwrap();
    assert_eq!(store.rules().await.unwrap(), [second]);
}
