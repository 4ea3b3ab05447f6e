//! What becomes of a product's document as the product changes.

use search::index::{Change, Outcome};
use serde_json::json;

use super::{Bench, now, operation};

#[test]
fn the_first_product_begins_an_index_and_no_event_is_lost_while_it_is_filled() {
    let bench = Bench::open();
    let before = bench.product("Before there was an index");
    let first = bench.indexed("First");
    let job = bench.first_rebuild();
    let during = bench.indexed("During the build");
    let targets = bench.wait(bench.index.targets()).unwrap();
    assert_eq!(targets.live, None, "what is not complete is not searched");
    assert!(bench.work_off(job, now()).reason.is_none());
    let found: Vec<_> = bench.versions().into_keys().collect();
    let mut expected = vec![before, first, during];
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_document_follows_its_product_and_disappears_with_it() {
    let (bench, ids) = Bench::built(&["Lamp"]);
    let id = ids[0];
    assert_eq!(bench.versions()[&id], 1);
    assert_eq!(bench.change(id, &json!({ "price": 5 })), 2);
    bench.hear(&[id]);
    assert_eq!(bench.versions()[&id], 2);

    for status in ["draft", "active"] {
        bench.change(id, &json!({ "status": status }));
        bench.hear(&[id]);
        assert_eq!(
            bench.versions().contains_key(&id),
            status == "active",
            "{status}"
        );
    }
    bench.archive(id);
    bench.hear(&[id]);
    assert!(bench.versions().is_empty());
}

#[test]
fn what_comes_late_or_twice_overwrites_nothing_newer_and_brings_nothing_back() {
    let (bench, ids) = Bench::built(&["Lamp", "Chair"]);
    let [lamp, chair] = ids[..] else { panic!() };
    bench.change(lamp, &json!({ "price": 5 }));
    bench.archive(chair);
    bench.hear(&[lamp, chair]);
    bench.hear(&[lamp, chair]);

    // What a run writes that read the products before and was held up.
    let late = |id| Change {
        id,
        version: 1,
        document: Some(json!({ "id": id, "name": "old" })),
    };
    let live = bench.wait(bench.index.targets()).unwrap().live.unwrap();
    let late = [late(lamp), late(chair)];
    let outcomes = bench.wait(bench.index.write(&[&live], &late)).unwrap();
    assert_eq!(outcomes, [Outcome::Kept, Outcome::Kept]);
    let versions = bench.versions();
    assert_eq!(versions.get(&lamp), Some(&2));
    assert_eq!(
        versions.get(&chair),
        None,
        "the older event brought it back"
    );
}

#[test]
fn an_id_of_no_product_has_no_outcome_and_holds_up_no_other() {
    let (bench, ids) = Bench::built(&["Lamp"]);
    let stranger = kernel::ProductId::derive("", "no product");
    bench.change(ids[0], &json!({ "price": 5 }));
    let asked = [stranger, ids[0]];
    let outcomes = bench.wait(bench.indexer.update(&asked, operation(), now()));
    let outcomes = outcomes.unwrap();
    assert_eq!(outcomes.get(&ids[0]), Some(&Outcome::Written));
    assert_eq!(outcomes.get(&stranger), None);
}

#[test]
fn a_product_taken_out_of_the_index_is_gone_until_it_is_changed() {
    let (bench, ids) = Bench::built(&["Lamp", "Chair"]);
    bench.wait(bench.indexer.remove(ids[0])).unwrap();
    assert_eq!(bench.versions().into_keys().collect::<Vec<_>>(), [ids[1]]);
    bench.wait(bench.indexer.remove(ids[0])).unwrap();
    bench.change(ids[0], &json!({ "price": 5 }));
    bench.hear(&[ids[0]]);
    assert_eq!(bench.versions().len(), 2);

    let stranger = kernel::ProductId::derive("", "no product");
    let error = bench.wait(bench.indexer.remove(stranger)).unwrap_err();
    assert!(
        matches!(error, search::error::SearchError::NotFound),
        "{error}"
    );
}

#[test]
fn documents_follow_a_category_that_is_renamed_or_moved_with_everything_below_it() {
    let (bench, ids) = Bench::built(&["Lamp"]);
    let below = bench.category("Desk lamps", Some(&bench.category));
    let elsewhere = bench.category("Chairs", None);
    let deep = bench.product_with(json!({ "name": "Deep", "categoryId": below }));
    let other = bench.product_with(json!({ "name": "Other", "categoryId": elsewhere }));
    bench.hear(&[deep, other]);
    let before = bench.live();

    bench.change_category(&bench.category, &json!({ "name": "Lights" }));
    let category = bench.category.parse().unwrap();
    let written = search::store::Written::unasked(now());
    let job = bench.wait(bench.search.refile(category, operation(), &written));
    let job = bench.work_off(job.unwrap().id, now());
    assert_eq!(
        (job.tally.seen, job.tally.indexed, &job.reason),
        (2, 2, &None)
    );

    let after = bench.live();
    for (id, is_other) in [(ids[0], true), (deep, true), (other, false)] {
        assert_eq!(
            after[&id].version, before[&id].version,
            "the product is the same"
        );
        assert_eq!(after[&id].fingerprint != before[&id].fingerprint, is_other);
    }
    // Nothing is left for the night.
    let later = now().plus(std::time::Duration::from_mins(2));
    let job = bench
        .wait(bench.search.compare(operation(), later))
        .unwrap();
    assert_eq!(
        bench.work_off(job.id, later).drift,
        search::job::Drift::default()
    );
}
