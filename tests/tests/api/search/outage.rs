//! The search engine is away, or the stage has none.

use kernel::Role;
use search::api::{IndexProducts, RemoveFromIndex};
use search::error::SearchError;
use search::{Indexer, Rebuilds};
use serde_json::json;

use super::{Bench, now, operation};
use crate::platform::NOWHERE;

#[test]
fn staff_is_told_to_come_again_and_products_are_sold_on() {
    let (bench, ids) = Bench::built(&["Lamp"]);
    let staff = bench.shop.signer().token(Role::Manager);
    for endpoint in [NOWHERE, ""] {
        let away = [("OPENSEARCH_ENDPOINT", endpoint)];
        let rebuilds: Rebuilds = bench.shop.start_with(&away);
        let indexer: Indexer = bench.shop.start_with(&away);
        let body = json!({});
        let rebuild = bench
            .shop
            .request::<IndexProducts>(&[], "", Some(&staff), Some(&body));
        let id = ids[0].to_string();
        let removal = bench
            .shop
            .request::<RemoveFromIndex>(&[("id", &id)], "", Some(&staff), None);
        for reply in [
            bench.shop.call::<IndexProducts>(&rebuilds, rebuild),
            bench.shop.call::<RemoveFromIndex>(&indexer, removal),
        ] {
            assert_eq!(
                (reply.status, &*reply.code()),
                (503, "unavailable"),
                "{reply}"
            );
            assert!(reply.header("retry-after").is_some(), "{reply}");
        }
    }
    bench.product("Sold all the same");
}

#[test]
fn what_changed_while_the_engine_was_away_is_indexed_when_it_is_back() {
    let (bench, ids) = Bench::built(&["Lamp"]);
    let away: Indexer = bench.shop.start_with(&[("OPENSEARCH_ENDPOINT", NOWHERE)]);
    bench.change(ids[0], &json!({ "price": 5 }));
    let heard = bench.wait(away.update(&ids, operation(), now()));
    assert!(matches!(heard, Err(SearchError::Engine(_))), "{heard:?}");
    assert_eq!(bench.versions()[&ids[0]], 1);
    // Its message comes again.
    bench.hear(&ids);
    assert_eq!(bench.versions()[&ids[0]], 2);
}
