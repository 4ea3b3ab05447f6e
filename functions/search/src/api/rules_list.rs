//! `GET /api/v1/search/rules`: all rules of queries.

use edge::{Call, Doc, Endpoint, List, Problem, Staff};
use manifest::{Route, routes};

use super::rule_fields::RuleView;
use crate::Search;

/// Lists rules.
pub struct ListRules;

impl Endpoint for ListRules {
    const ROW: &'static Route = &routes::SEARCH_LIST_RULES;
    const DOC: Doc = Doc {
        summary: "List the rules of queries",
        detail: "All of them, the oldest first: where two say different things, the older one is \
                 heard first.",
        problems: &[],
    };
    type App = Search;
    type Caller = Staff;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = List<RuleView>;

    async fn call(search: &Search, _: Call<Self>) -> Result<Self::Reply, Problem> {
        let rules = search.rules().await?;
        Ok(List::whole(rules.iter().map(RuleView::from).collect()))
    }
}
