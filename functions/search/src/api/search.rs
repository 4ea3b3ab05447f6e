//! `GET /api/v1/search`: searches for products.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Instant;

use edge::{Call, Doc, Endpoint, List, Problem, Query as EdgeQuery, QueryParams, Visitor, schema};
use kernel::{Amount, Cursor, CursorError, Faults, Limit, Pointer};
use manifest::{Route, routes};
use products::wire::ProductView;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::facets::{FacetsView, units};
use crate::Finder;
use crate::engine::asked::{Asked, Behind, COUNTED_MAX, Filters, Place, Sort, Start};
use crate::error::SearchError;
use crate::finding::{Finding, Visit};

/// Searches for products.
pub struct SearchProducts;

/// The deepest that page numbers reach; beyond it the cursor does.
const DEEPEST: usize = 1_000;
/// The most attributes that one search is narrowed by, and values of each and of brands.
const NARROWED_MAX: usize = 20;
/// The gateway takes so many bytes of a request's line and headers together, so no text is longer.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
pub(super) const LONGEST: usize = 10_240;
/// What the names of parameters start with that are attributes'.
const ATTRIBUTE: &str = "attr.";

/// In which order.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[schemars(inline)]
#[allow(missing_docs, reason = "each says of itself what it is")]
pub enum Order {
    #[serde(rename = "relevance")]
    Relevance,
    #[serde(rename = "price")]
    Price,
    #[serde(rename = "-price")]
    PriceLast,
    #[serde(rename = "-createdAt")]
    CreatedLast,
    #[serde(rename = "-rating")]
    RatingLast,
}

/// What is asked for, but attributes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plain {
    /// What is searched for; all products when it is left out.
    #[schemars(length(max = LONGEST))]
    q: Option<String>,
    /// Products of this category and of everything below it: its id or slug.
    #[schemars(length(max = LONGEST))]
    category: Option<String>,
    /// Products of any of these brands. Commas stand between them, or the parameter is repeated.
    #[schemars(length(max = NARROWED_MAX), inner(length(max = LONGEST)))]
    brand: Option<Vec<String>>,
    /// The lowest price, in major units of whatever currency.
    min_price: Option<Amount>,
    /// The highest price.
    max_price: Option<Amount>,
    /// Only what can be had, or only what cannot.
    in_stock: Option<bool>,
    /// The least average rating.
    #[schemars(range(min = 0.0, max = 5.0))]
    rating: Option<f64>,
    /// The order; what fits best comes first when it is left out.
    sort: Option<Order>,
    /// How many at most.
    limit: Option<Limit>,
    /// Where the page starts: `nextCursor` of the page before.
    cursor: Option<Cursor>,
    /// The number of the page, in place of a cursor; with `limit` it reaches to 1,000 products.
    #[schemars(range(min = 1))]
    page: Option<u32>,
    /// Says why products were found and which rules were met; for staff.
    explain: Option<bool>,
}

impl QueryParams for Plain {}

/// What is asked for.
#[derive(Debug)]
pub struct Query {
    plain: Plain,
    attributes: BTreeMap<String, Vec<String>>,
}

impl EdgeQuery for Query {
    fn schema() -> Value {
        schema::of::<Plain>()
    }

    fn read(pairs: &[(String, String)], schema: &Value) -> Result<Self, Problem> {
        let mut faults = Faults::new();
        let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut brands = Vec::new();
        let mut rest = Vec::new();
        for (name, value) in pairs {
            match name.strip_prefix(ATTRIBUTE) {
                Some(attribute) if !attribute.is_empty() => {
                    add(attributes.entry(attribute.to_owned()).or_default(), value);
                }
                _ if name == "brand" => any_of(&mut brands, value),
                _ => rest.push((name.clone(), value.clone())),
            }
        }
        let root = Pointer::root();
        if attributes.len() > NARROWED_MAX {
            let rule = format!("must be at most {NARROWED_MAX} different ones");
            faults.add(root.field("attr"), rule);
        }
        let brand = std::iter::once(("brand".to_owned(), &brands));
        let all = attributes
            .iter()
            .map(|(name, values)| (format!("{ATTRIBUTE}{name}"), values));
        for (name, values) in brand.chain(all) {
            if values.len() > NARROWED_MAX {
                let rule = format!("must have at most {NARROWED_MAX} values");
                faults.add(root.field(&name), rule);
            }
        }
        match (Plain::read(&rest, schema), faults.is_empty()) {
            (Ok(mut plain), true) => {
                plain.brand = (!brands.is_empty()).then_some(brands);
                Ok(Self { plain, attributes })
            }
            (Ok(_), false) => Err(faults.into()),
            (Err(problem), _) => Err(faults
                .into_vec()
                .into_iter()
                .fold(problem, |problem, it| problem.fault(it.pointer, it.detail))),
        }
    }
}

/// The brands of a parameter that may be repeated. Commas stand between brands, and within some: a
/// text with commas is taken whole too.
fn any_of(brands: &mut Vec<String>, text: &str) {
    for brand in std::iter::once(text).chain(text.split(',')) {
        add(brands, brand);
    }
}

/// One value more. That of an attribute is taken as it stands, since many have commas, and a facet
/// that is chosen must find as many as it counted.
fn add(values: &mut Vec<String>, text: &str) {
    let value = text.trim();
    if !value.is_empty() && !values.iter().any(|known| known == value) {
        values.push(value.to_owned());
    }
}

impl From<Order> for Sort {
    fn from(order: Order) -> Self {
        match order {
            Order::Relevance => Self::Relevance,
            Order::Price => Self::Price,
            Order::PriceLast => Self::PriceLast,
            Order::CreatedLast => Self::CreatedLast,
            Order::RatingLast => Self::RatingLast,
        }
    }
}

/// A product as the index keeps it: what clients read, and was written from the same type.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct FoundProduct(Value);

impl JsonSchema for FoundProduct {
    fn schema_name() -> Cow<'static, str> {
        ProductView::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        ProductView::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ProductView::json_schema(generator)
    }
}

impl Endpoint for SearchProducts {
    const ROW: &'static Route = &routes::SEARCH_PRODUCTS;
    const DOC: Doc = Doc {
        summary: "Search for products",
        detail: "Any text is safe: there is no query language in it. `attr.<name>=<value>` narrows \
                 by an attribute; it and `brand` may be repeated, and any of the values will do. \
                 `meta` has `total`, `tookMs`, `facets` (each without its own filter), and where \
                 they apply `didYouMean`, and `redirect`: a page that the shop would rather show.",
        problems: &[],
    };
    type App = Finder;
    type Caller = Visitor;
    type Params = ();
    type Query = Query;
    type Body = ();
    type Reply = List<FoundProduct>;

    async fn call(finder: &Finder, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let began = Instant::now();
        let Query { plain, attributes } = call.query;
        if plain.explain == Some(true) {
            call.caller.must("product:update")?;
        }
        let limit = plain.limit.unwrap_or_default();
        let bound = |pointer: &str, amount: Option<Amount>| {
            amount.map(|amount| units(pointer, amount)).transpose()
        };
        let filters = Filters {
            categories: Vec::new(),
            brands: plain.brand.unwrap_or_default(),
            min_price: bound("/minPrice", plain.min_price)?,
            max_price: bound("/maxPrice", plain.max_price)?,
            in_stock: plain.in_stock,
            rating: plain.rating,
            attributes,
        };
        let text = plain.q.unwrap_or_default();
        let sort = plain.sort.map(Sort::from).unwrap_or_default();
        let fingerprint = format!("{text}|{:?}|{filters:?}|{sort:?}", plain.category);
        let asked = Asked {
            start: start(plain.cursor.as_ref(), plain.page, limit, &fingerprint)?,
            size: limit.as_usize(),
            text,
            filters,
            sort,
            ..Asked::default()
        };
        let visit = Visit {
            source_ip: &call.source_ip,
            at: call.at,
        };
        let finding = finder.find(asked, plain.category.as_deref(), visit).await?;
        let next = finding.found.next.as_ref();
        let next = next.and_then(|place| Cursor::seal(place, &fingerprint).ok());
        let mut reply = reply(finding, limit, next, plain.explain == Some(true));
        if let Some(page) = plain.page {
            reply = reply.meta("page", page);
        }
        let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(reply.meta("tookMs", took))
    }
}

/// Where the page begins.
fn start(
    cursor: Option<&Cursor>,
    page: Option<u32>,
    limit: Limit,
    fingerprint: &str,
) -> Result<Start, SearchError> {
    match (cursor, page) {
        (Some(_), Some(_)) => Err(SearchError::invalid(
            "/page",
            "cannot be given with a cursor",
        )),
        (Some(cursor), None) => {
            let opened = cursor.open::<Place>(fingerprint);
            let place = opened.map_err(|error| SearchError::invalid("/cursor", error))?;
            match place.behind {
                // None of ours leads there.
                Behind::Count(count) if count.saturating_add(limit.as_usize()) > COUNTED_MAX => {
                    Err(SearchError::invalid("/cursor", CursorError::Unreadable))
                }
                _ => Ok(Start::After(place)),
            }
        }
        (None, page) => {
            let page = usize::try_from(page.unwrap_or(1))
                .unwrap_or(usize::MAX)
                .max(1);
            if page.saturating_mul(limit.as_usize()) > DEEPEST {
                let rule = format!("times limit must be at most {DEEPEST}; use the cursor");
                return Err(SearchError::invalid("/page", rule));
            }
            Ok(Start::Skip((page - 1) * limit.as_usize()))
        }
    }
}

fn reply(
    finding: Finding,
    limit: Limit,
    next: Option<Cursor>,
    explain: bool,
) -> List<FoundProduct> {
    let Finding { found, rules, tree } = finding;
    let facets = FacetsView::of(&found.facets, &tree);
    let items = found.products.into_iter().map(FoundProduct).collect();
    let mut list = List::new(items, limit.get().into(), next)
        .meta("total", found.total)
        .meta("facets", json!(facets));
    if let Some(meant) = found.did_you_mean {
        list = list.meta("didYouMean", meant);
    }
    if let Some(url) = &rules.redirect {
        list = list.meta("redirect", url.clone());
    }
    if explain {
        let why = json!({ "rules": rules.rules, "scores": found.scores });
        list = list.meta("explain", why);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::asked::Attempt;

    fn read(text: &str) -> Result<Query, Problem> {
        let pairs: Vec<_> = text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Query::read(&pairs, &<Query as EdgeQuery>::schema())
    }

    #[test]
    fn what_is_repeated_counts_as_any_of_it_and_only_brands_are_listed_with_commas() {
        let query =
            read("brand=Acme,Other&brand=Third&attr.Colour=red,blue&attr.Colour=blue&q=a,b");
        let query = query.unwrap();
        assert_eq!(
            query.plain.brand.unwrap(),
            ["Acme,Other", "Acme", "Other", "Third"]
        );
        assert_eq!(query.attributes["Colour"], ["red,blue", "blue"]);
        assert_eq!(query.plain.q.as_deref(), Some("a,b"));
    }

    #[test]
    fn what_is_unknown_or_too_much_is_told_together() {
        let many: Vec<_> = (0..21).map(|n| format!("attr.a={n}")).collect();
        let refused = read(&format!("{}&colour=red&rating=9&attr.=x", many.join("&")));
        let refused = refused.unwrap_err();
        let mut pointers: Vec<_> = refused.faults().iter().map(|it| &*it.pointer).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/attr.", "/attr.a", "/colour", "/rating"]);
    }

    #[test]
    fn a_page_is_a_number_within_bounds_or_a_cursor_of_the_same_search() {
        let limit = Limit::new(100).unwrap();
        assert_eq!(start(None, None, limit, "a").unwrap(), Start::Skip(0));
        assert_eq!(start(None, Some(10), limit, "a").unwrap(), Start::Skip(900));
        let cursor = |behind| {
            let how = Attempt::Strict;
            Cursor::seal(&Place { how, behind }, "a").unwrap()
        };
        let made_up = cursor(Behind::Count(COUNTED_MAX));
        let cursor = cursor(Behind::Count(100));
        assert!(matches!(
            start(Some(&cursor), None, limit, "a"),
            Ok(Start::After(_))
        ));
        for refused in [
            start(None, Some(11), limit, "a"),
            start(None, Some(u32::MAX), limit, "a"),
            start(Some(&cursor), Some(1), limit, "a"),
            start(Some(&cursor), None, limit, "b"),
            start(Some(&made_up), None, limit, "a"),
        ] {
            assert!(
                matches!(refused, Err(SearchError::Invalid(_))),
                "{refused:?}"
            );
        }
    }
}
