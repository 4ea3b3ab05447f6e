//! Index and catalogue are held against each other.

use std::time::Duration;

use aws::Ask;
use search::index::Change;
use search::job::Drift;
use serde_json::json;

use super::{Bench, now, operation};

#[test]
fn what_events_could_not_bring_is_found_counted_and_repaired() {
    let (bench, ids) = Bench::built(&["Kept", "Lost", "Old", "Otherwise", "Gone", "Kept too"]);
    let [_, lost, old, otherwise, gone, _] = ids[..] else {
        panic!()
    };
    // None of this is heard of.
    bench.change(old, &json!({ "price": 5 }));
    bench.archive(gone);
    bench.wait(bench.indexer.remove(lost)).unwrap();
    let live = bench.wait(bench.index.targets()).unwrap().live.unwrap();
    let other = Change {
        id: otherwise,
        version: 1,
        document: Some(json!({ "id": otherwise, "fingerprint": "of another release" })),
    };
    bench.wait(bench.index.write(&[&live], &[other])).unwrap();
    // What a run left that died.
    let idle = bench.index.built_by(kernel::JobId::derive("", "idle"));
    let engine = bench.wait(bench.shop.aws().search()).unwrap().unwrap();
    let made = bench.wait(engine.ask(&format!("/{idle}"), Ask::Put(b"{}")));
    assert!(made.unwrap().is_good());
    assert_ne!(bench.versions(), bench.catalogue());

    let later = now().plus(Duration::from_mins(2));
    let job = bench
        .wait(bench.search.compare(operation(), later))
        .unwrap();
    let job = bench.work_off(job.id, later);
    assert_eq!(job.reason, None);
    assert_eq!(
        job.drift,
        Drift {
            missing: 1,
            stale: 2,
            surplus: 1
        }
    );
    assert_eq!((job.tally.indexed, job.tally.removed), (3, 1));
    assert_eq!(bench.versions(), bench.catalogue());
    assert!(bench.wait(bench.index.targets()).unwrap().idle.is_empty());

    let again = bench
        .wait(bench.search.compare(operation(), later))
        .unwrap();
    let again = bench.work_off(again.id, later);
    assert_eq!((again.drift, again.tally.indexed), (Drift::default(), 0));
}

#[test]
fn what_has_just_been_changed_is_on_its_way_and_no_drift() {
    let (bench, ids) = Bench::built(&["Lamp"]);
    bench.change(ids[0], &json!({ "price": 5 }));
    let job = bench
        .wait(bench.search.compare(operation(), now()))
        .unwrap();
    let job = bench.work_off(job.id, now());
    assert_eq!((job.drift, job.tally.indexed), (Drift::default(), 1));
}

#[test]
fn without_an_index_a_comparison_has_one_made() {
    let bench = Bench::open();
    let id = bench.product("Lamp");
    let job = bench
        .wait(bench.search.compare(operation(), now()))
        .unwrap();
    bench.work_off(job.id, now());
    bench.work_off(bench.first_rebuild(), now());
    assert_eq!(bench.versions().into_keys().collect::<Vec<_>>(), [id]);
}
