//! `POST /api/v1/search/rules`: makes a rule of queries.

use edge::{Call, Created, Doc, Endpoint, Problem, Staff};
use manifest::{Route, routes};

use super::rule_fields::{Fields, RuleView};
use crate::Search;
use crate::error::TOO_MANY_RULES;
use crate::rules::Rule;

/// Makes a rule.
pub struct CreateRule;

impl Endpoint for CreateRule {
    const ROW: &'static Route = &routes::SEARCH_CREATE_RULE;
    const DOC: Doc = Doc {
        summary: "Make a rule of queries",
        detail: "`synonym`: who searches for one of the terms is shown what the others name; with \
                 oneWay that holds of the first one alone. `pin`: products that come first. \
                 `boost`: scores that are multiplied, of a brand, a category or some products; \
                 below 1 they sink. `redirect`: a page that the query is for. A rule is in force \
                 everywhere within ten seconds; `explain=true` shows which ones a search met.",
        problems: &[TOO_MANY_RULES],
    };
    type App = Search;
    type Caller = Staff;
    type Params = ();
    type Query = ();
    type Body = Fields;
    type Reply = Created<RuleView>;

    async fn call(search: &Search, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(created);
        let wanted = call.body.wanted()?;
        let rule = search.create_rule(wanted, &answered, call.at).await?;
        Ok(created(&rule))
    }
}

fn created(rule: &Rule) -> Created<RuleView> {
    Created::at(
        routes::SEARCH_UPDATE_RULE.with(rule.id),
        RuleView::from(rule),
    )
    .version(rule.version)
}
