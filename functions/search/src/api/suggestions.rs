//! `GET /api/v1/search/suggestions`: what a text that is being typed may become.

use edge::{Anyone, Call, Doc, Endpoint, List, Problem, QueryParams};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::search::TEXT_MAX;
use crate::Finder;
use crate::engine::suggestions::{Suggested, Suggestion};

/// Suggests.
pub struct Suggest;

/// How many are answered when nobody says.
const USUAL: u8 = 10;

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// What was typed so far.
    #[schemars(length(max = TEXT_MAX))]
    q: Option<String>,
    /// How many at most; 10 when it is left out.
    #[schemars(range(min = 1, max = 20))]
    limit: Option<u8>,
}

impl QueryParams for Query {}

/// What may be meant.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Suggestion")]
pub struct SuggestionView {
    /// Its words.
    text: String,
    /// What it is.
    #[serde(rename = "type")]
    kind: SuggestionType,
    /// The id of a product or category.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// What a suggestion is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum SuggestionType {
    /// A product.
    Product,
    /// A category.
    Category,
    /// A brand.
    Brand,
    /// What others search for.
    Query,
}

impl From<Suggestion> for SuggestionView {
    fn from(suggestion: Suggestion) -> Self {
        let (kind, id) = match suggestion.of {
            Suggested::Product(id) => (SuggestionType::Product, Some(id.to_string())),
            Suggested::Category(id) => (SuggestionType::Category, Some(id.to_string())),
            Suggested::Brand => (SuggestionType::Brand, None),
            Suggested::Query => (SuggestionType::Query, None),
        };
        Self {
            text: suggestion.text,
            kind,
            id,
        }
    }
}

impl Endpoint for Suggest {
    const ROW: &'static Route = &routes::SEARCH_SUGGEST;
    const DOC: Doc = Doc {
        summary: "Suggest while somebody types",
        detail: "Products, categories, brands and what others search for, the likeliest first.",
        problems: &[],
    };
    type App = Finder;
    type Caller = Anyone;
    type Params = ();
    type Query = Query;
    type Body = ();
    type Reply = List<SuggestionView>;

    async fn call(finder: &Finder, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let limit = call.query.limit.unwrap_or(USUAL);
        let text = call.query.q.unwrap_or_default();
        let suggestions = finder.suggest(&text, limit.into()).await?;
        let items = suggestions.into_iter().map(SuggestionView::from).collect();
        Ok(List::new(items, limit.into(), None))
    }
}
