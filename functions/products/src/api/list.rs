//! `GET /api/v1/products`: a page of products.

use edge::{Call, Doc, Endpoint, List, Problem, Visitor};
use kernel::CategoryId;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::listing::{By, Sort};
use crate::product::Status;
use crate::wire::ProductView;
use crate::{Asked, Products};

/// Lists products.
pub struct ListProducts;

/// In which order.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[schemars(inline)]
#[allow(missing_docs, reason = "each says of itself what it is")]
pub enum Order {
    #[serde(rename = "createdAt")]
    Created,
    #[serde(rename = "-createdAt")]
    CreatedLast,
    #[serde(rename = "price")]
    Price,
    #[serde(rename = "-price")]
    PriceLast,
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameLast,
}

impl From<Order> for Sort {
    fn from(order: Order) -> Self {
        let (by, descending) = match order {
            Order::Created => (By::Created, false),
            Order::CreatedLast => (By::Created, true),
            Order::Price => (By::Price, false),
            Order::PriceLast => (By::Price, true),
            Order::Name => (By::Name, false),
            Order::NameLast => (By::Name, true),
        };
        Self { by, descending }
    }
}

/// What is asked of a list of products. It is written once for both lists: fields of a struct
/// inside another would reach it as floats, and amounts are none.
macro_rules! filters {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty => $category:ident,)? }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* $field: Option<$type>,)?
            /// Products of this brand, in any case.
            #[schemars(length(max = 255))]
            brand: Option<String>,
            /// Products of this status; others than `active` are for staff.
            status: Option<$crate::product::Status>,
            /// The lowest price, in major units of whatever currency.
            min_price: Option<kernel::Amount>,
            /// The highest price.
            max_price: Option<kernel::Amount>,
            /// These products only, at most 100. Very large ones come on several pages.
            #[schemars(length(max = 100))]
            ids: Option<Vec<kernel::ProductId>>,
            /// The order; the newest first when it is left out.
            sort: Option<$crate::api::list::Order>,
            /// How many at most.
            limit: Option<kernel::Limit>,
            /// Where the page starts: `nextCursor` of the page before.
            cursor: Option<kernel::Cursor>,
            /// The number of the page, in place of a cursor; with `limit` it reaches to 1,000
            /// products. One that ends short for the size of its products goes on at its
            /// `nextCursor`, and not at the next number.
            #[schemars(range(min = 1))]
            page: Option<u32>,
        }

        impl edge::QueryParams for $name {}

        impl From<$name> for $crate::Asked {
            #[allow(clippy::needless_update, reason = "one of the lists names every field")]
            fn from(query: $name) -> Self {
                Self {
                    $($category: query.$field,)?
                    brand: query.brand,
                    status: query.status.unwrap_or_default(),
                    min_price: query.min_price,
                    max_price: query.max_price,
                    ids: query.ids,
                    sort: query.sort.map($crate::listing::Sort::from).unwrap_or_default(),
                    limit: query.limit,
                    cursor: query.cursor,
                    page: query.page,
                    ..Self::default()
                }
            }
        }
    };
}

pub(super) use filters;

filters! {
    /// What is asked for.
    Query {
        /// Products of this category and of everything below it.
        category_id: CategoryId => category,
    }
}

impl Endpoint for ListProducts {
    const ROW: &'static Route = &routes::PRODUCTS_LIST;
    const DOC: Doc = Doc {
        summary: "List products",
        detail: "An index serves one of shop, category and brand in the order asked for; other \
                 filters apply within a bounded read, so a page may be short, even empty, while \
                 nextCursor leads on. So may one whose products come to more than 4 MB.",
        problems: &[],
    };
    type App = Products;
    type Caller = Visitor;
    type Params = ();
    type Query = Query;
    type Body = ();
    type Reply = List<ProductView>;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        list(products, &call.caller, call.query.into()).await
    }
}

/// A page of products for a visitor. Other products than those on sale are shown to staff that
/// asks for them, and to nobody else.
pub(super) async fn list(
    products: &Products,
    visitor: &Visitor,
    asked: Asked,
) -> Result<List<ProductView>, Problem> {
    if asked.status != Status::Active {
        visitor.must("product:read")?;
    }
    let page = products.list(&asked).await?;
    let items = page.items.iter().map(ProductView::from).collect();
    let list = List::new(items, asked.limit().get().into(), page.next);
    Ok(match asked.page {
        Some(page) => list.meta("page", page),
        None => list,
    })
}
