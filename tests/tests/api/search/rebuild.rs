//! The index is made anew while the shop goes on.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use testkit::all_at_once;

use super::{Bench, now, operation};

/// Asks for a rebuild, as staff does.
fn rebuild(bench: &Bench) -> kernel::JobId {
    let at = now();
    let operation = operation();
    bench.wait(super::jobs::begin(bench, operation, at)).id
}

#[test]
fn nothing_is_empty_or_partial_and_no_write_is_lost_while_the_index_is_made_anew() {
    const PRODUCTS: usize = 60;
    let names: Vec<_> = (0..PRODUCTS).map(|n| format!("Lamp {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (bench, ids) = Bench::built(&names);
    let before = bench.wait(bench.index.targets()).unwrap().live;
    let (done, searches) = (AtomicBool::new(false), AtomicUsize::new(0));
    let is_on = || !done.load(Ordering::Relaxed);

    let jobs = all_at_once(4, |thread| match thread {
        // Rebuilds, one after the other.
        0 => {
            let jobs: Vec<_> = (0..6)
                .map(|_| bench.work_off(rebuild(&bench), now()))
                .collect();
            done.store(true, Ordering::Relaxed);
            jobs
        }
        // Whoever searches always finds the half that nobody touches, and no error.
        1 => {
            let query = json!({
                "size": 0, "track_total_hits": true,
                "query": { "ids": { "values": ids[..PRODUCTS / 2] } },
            });
            while is_on() {
                let answer = bench
                    .wait(bench.index.search(std::slice::from_ref(&query)))
                    .unwrap();
                let [answer] = &answer[..] else { panic!() };
                assert_eq!(
                    answer.body.pointer("/hits/total/value"),
                    Some(&json!(PRODUCTS / 2)),
                    "{answer:?}"
                );
                searches.fetch_add(1, Ordering::Relaxed);
            }
            Vec::new()
        }
        // Prices change and products go, each heard of at once.
        2 => {
            let others = ids[PRODUCTS / 2..].iter().cycle();
            for (price, &id) in others.enumerate().take_while(|_| is_on()) {
                if price % 7 == 6 {
                    bench.archive(id);
                } else {
                    bench.change(id, &json!({ "price": price + 1, "status": "active" }));
                }
                bench.hear(&[id]);
            }
            Vec::new()
        }
        // New ones come.
        _ => {
            while is_on() {
                bench.indexed("New lamp");
            }
            Vec::new()
        }
    });
    for job in jobs.iter().flatten() {
        assert_eq!((job.tally.failed, &job.reason), (0, &None), "{job:?}");
    }
    assert!(
        searches.load(Ordering::Relaxed) > 5,
        "hardly anybody searched"
    );
    assert_eq!(bench.versions(), bench.catalogue());
    let after = bench.wait(bench.index.targets()).unwrap();
    assert_ne!(after.live, before);
    assert_eq!(
        (after.next, after.idle),
        (None, vec![]),
        "nothing is left over"
    );
}

#[test]
fn a_job_that_is_worked_on_twice_at_once_is_done_once() {
    let (bench, ids) = Bench::built(&["Lamp", "Chair", "Table"]);
    let id = rebuild(&bench);
    let runs = all_at_once(3, |_| bench.wait(bench.indexer.go_on(id, 1, None, now())));
    assert!(runs.iter().any(Result::is_ok), "{runs:?}");
    let job = bench.work_off(id, now());
    assert_eq!(job.reason, None);
    assert_eq!(bench.versions().len(), ids.len());
    assert!(bench.wait(bench.index.targets()).unwrap().next.is_none());
}

#[test]
fn a_rebuild_that_is_at_work_is_joined_and_one_that_was_given_up_is_replaced() {
    let (bench, _) = Bench::built(&["Lamp"]);
    let at = now();
    let first = bench.wait(super::jobs::begin(&bench, operation(), at));
    let second = bench.wait(super::jobs::begin(&bench, operation(), at));
    assert_eq!(first.id, second.id);

    let late = at.plus(Duration::from_mins(16));
    let third = bench.wait(super::jobs::begin(&bench, operation(), late));
    assert_ne!(third.id, first.id);
    let given_up = bench.job(first.id);
    assert_eq!(given_up.reason.as_deref(), Some("made no progress"));
    assert_eq!(bench.work_off(third.id, late).reason, None);
    let fourth = bench.wait(super::jobs::begin(&bench, operation(), late));
    assert_ne!(fourth.id, third.id, "that one is over");
}

#[test]
fn a_rebuild_whose_index_is_taken_away_fails_and_leaves_the_old_one_alone() {
    let (bench, ids) = Bench::built(&["Lamp"]);
    let job = bench.wait(super::jobs::begin(&bench, operation(), now()));
    // An event of another service's deployment, an operator's slip: the index that is being built
    // goes away between two steps.
    let name = bench.index.built_by(job.id);
    bench
        .wait(bench.index.create(&name, json!({ "mappings": {} })))
        .unwrap();
    let other = bench.index.built_by(kernel::JobId::derive("", "other"));
    bench.wait(bench.index.remove(&name)).unwrap();
    bench.wait(bench.index.create(&other, json!({}))).unwrap();
    let job = bench.work_off(job.id, now());
    // It makes its own again, without what was left.
    assert_eq!(job.reason, None);
    assert_eq!(bench.versions().into_keys().collect::<Vec<_>>(), ids);
    let targets = bench.wait(bench.index.targets()).unwrap();
    assert_eq!(targets.live, Some(name));
    assert!(
        targets.next.is_none() && targets.idle.is_empty(),
        "{targets:?}"
    );
}
