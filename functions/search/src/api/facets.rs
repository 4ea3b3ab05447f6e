//! Facets as clients read them.

use kernel::{Amount, CategoryId};
use products::category::Tree;
use serde::Serialize;

use crate::engine::asked::Comparable;
use crate::engine::facets::{Count, Divided, Facets};
use crate::error::SearchError;

/// How what is found divides; each facet is counted without its own filter.
#[derive(Debug, Serialize)]
pub(super) struct FacetsView<'a> {
    brand: Vec<CountView<'a>>,
    category: Vec<CategoryCount<'a>>,
    price: PricesView,
    attributes: Vec<AttributeView<'a>>,
}

#[derive(Debug, Serialize)]
struct CountView<'a> {
    value: &'a str,
    count: u64,
}

#[derive(Debug, Serialize)]
struct CategoryCount<'a> {
    value: CategoryId,
    label: &'a str,
    count: u64,
}

#[derive(Debug, Serialize)]
struct PricesView {
    min: Option<Comparable>,
    max: Option<Comparable>,
    ranges: Vec<RangeView>,
}

#[derive(Debug, Serialize)]
struct RangeView {
    from: Option<Comparable>,
    to: Option<Comparable>,
    count: u64,
}

#[derive(Debug, Serialize)]
struct AttributeView<'a> {
    name: &'a str,
    values: Vec<CountView<'a>>,
}

/// An amount as the index compares it.
///
/// # Errors
/// It has more digits than any price.
pub(super) fn units(pointer: &str, amount: Amount) -> Result<Comparable, SearchError> {
    let text = amount.to_string();
    text.parse()
        .map_err(|_| SearchError::invalid(pointer, "must be a price"))
}

impl<'a> FacetsView<'a> {
    /// The facets, with the names of categories.
    pub(super) fn of(facets: &'a Facets, tree: &'a Tree) -> Self {
        let count = |count: &'a Count| CountView {
            value: &count.value,
            count: count.count,
        };
        // One that was deleted since is no longer to be chosen.
        let category = |&(id, count): &(CategoryId, u64)| {
            let label = &tree.get(id)?.name;
            Some(CategoryCount {
                value: id,
                label,
                count,
            })
        };
        let attribute = |divided: &'a Divided| AttributeView {
            name: &divided.name,
            values: divided.values.iter().map(count).collect(),
        };
        let ranges = facets.prices.ranges.iter().map(|range| RangeView {
            from: range.from,
            to: range.to,
            count: range.count,
        });
        Self {
            brand: facets.brands.iter().map(count).collect(),
            category: facets.categories.iter().filter_map(category).collect(),
            price: PricesView {
                min: facets.prices.min,
                max: facets.prices.max,
                ranges: ranges.collect(),
            },
            attributes: facets.attributes.iter().map(attribute).collect(),
        }
    }
}
