//! `DELETE /api/v1/search/rules/{id}`: removes a rule of queries.

use edge::{Call, Doc, Endpoint, NoContent, ObjectParams, Problem, Staff};
use manifest::{Route, routes};

use crate::Search;
use crate::rules::RuleId;

/// Removes a rule.
pub struct DeleteRule;

impl Endpoint for DeleteRule {
    const ROW: &'static Route = &routes::SEARCH_DELETE_RULE;
    const DOC: Doc = Doc {
        summary: "Remove a rule of queries",
        detail: "With If-Match it is removed in that version or not at all.",
        problems: &[],
    };
    type App = Search;
    type Caller = Staff;
    type Params = ObjectParams<RuleId>;
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(search: &Search, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(|()| NoContent);
        search
            .delete_rule(call.params.id, call.if_match, &answered)
            .await?;
        Ok(NoContent)
    }
}
