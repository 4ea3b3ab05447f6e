//! `PUT /api/v1/search/rules/{id}`: makes a rule another one.

use edge::{Call, Data, Doc, Endpoint, ObjectParams, Problem, Staff};
use manifest::{Route, routes};

use super::rule_fields::{Fields, RuleView};
use crate::Search;
use crate::rules::{Rule, RuleId};

/// Changes a rule.
pub struct UpdateRule;

impl Endpoint for UpdateRule {
    const ROW: &'static Route = &routes::SEARCH_UPDATE_RULE;
    const DOC: Doc = Doc {
        summary: "Change a rule of queries",
        detail: "The body is the whole rule. With If-Match the change is made to that version or \
                 not at all.",
        problems: &[],
    };
    type App = Search;
    type Caller = Staff;
    type Params = ObjectParams<RuleId>;
    type Query = ();
    type Body = Fields;
    type Reply = Data<RuleView>;

    async fn call(search: &Search, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let (id, version, at) = (call.params.id, call.if_match, call.at);
        let wanted = call.body.wanted()?;
        let rule = search
            .change_rule(id, wanted, version, &answered, at)
            .await?;
        Ok(shown(&rule))
    }
}

fn shown(rule: &Rule) -> Data<RuleView> {
    Data::new(RuleView::from(rule)).version(rule.version)
}
