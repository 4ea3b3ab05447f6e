use super::*;
use crate::cart::{Cart, CartLine, Owner};
use crate::priced::Facts;
use crate::tax::Rate;
use crate::testing::{NOW, line_id, usd};
use kernel::{CountryCode, ProductId, Slug, UserId};
use products::category::Category;
use products::changes::Changes;
use products::product::{self, Product};

const TAXES: Taxes = Taxes {
    included: false,
    standard: Rate(10_000),
    reduced: Rate(5_000),
    on_shipping: false,
};

fn product(name: &str, cents: i64) -> Product {
    let asked = Changes {
        name: Some(name.to_owned()),
        price: Some(usd(cents).amount().to_string().parse().unwrap()),
        sku: Some(Sku::parse(name).unwrap()),
        category_id: Some(CategoryId::derive("", "things")),
        ..Changes::default()
    };
    let birth = product::Birth {
        id: ProductId::derive("", name),
        currency: CurrencyCode::USD,
        at: NOW,
        import: None,
    };
    Product::create(&asked, &birth).unwrap()
}

fn cart_line(name: &str, quantity: u64, shown: i64) -> CartLine {
    CartLine {
        id: line_id(name),
        product_id: ProductId::derive("", name),
        variant_id: None,
        sku: Sku::parse(name).unwrap(),
        name: name.to_owned(),
        quantity: Quantity::new(quantity).unwrap(),
        shown_price: usd(shown),
    }
}

fn priced(lines: Vec<CartLine>, products: Vec<Product>) -> Priced {
    let owner = Owner::User(UserId::derive("", "ann"));
    let cart = Cart {
        lines,
        ..Cart::empty(owner, NOW)
    };
    let facts = Facts {
        products: products.into_iter().map(|it| (it.id, it)).collect(),
        available: HashMap::new(),
    };
    Priced::of(cart, &facts)
}

fn wish(expected: Option<&str>) -> Wish {
    Wish {
        address: Address {
            name: "Ann Lee".to_owned(),
            line1: "1 Main Street".to_owned(),
            line2: None,
            city: "Sacramento".to_owned(),
            region: Some("CA".to_owned()),
            postal_code: Some("95814".to_owned()),
            country: CountryCode::parse("US").unwrap(),
            phone: None,
        },
        shipping_method: ShippingMethod::Standard,
        email: Some("ann@example.com".to_owned()),
        expected_total: expected.map(|text| text.parse().unwrap()),
        note: None,
    }
}

fn drafted(cart: &Priced, wish: &Wish) -> Result<Draft, NotPlaced> {
    draft(cart, wish, &TAXES, |_| TaxClass::Standard)
}

#[test]
fn a_draft_has_the_cart_s_lines_at_the_shop_s_prices() {
    let lines = vec![cart_line("LAMP", 2, 999), cart_line("PEN", 1, 100)];
    let cart = priced(lines, vec![product("LAMP", 999), product("PEN", 100)]);
    let draft = drafted(&cart, &wish(None)).unwrap();
    let ids: Vec<_> = draft.lines.iter().map(|line| line.id).collect();
    assert_eq!(ids, [line_id("LAMP"), line_id("PEN")]);
    assert_eq!(draft.totals.subtotal, usd(2_098));
    assert_eq!(draft.totals.shipping, usd(599));
    assert_eq!(draft.totals.tax, usd(210));
    assert_eq!(draft.totals.total, usd(2_098 + 599 + 210));
    let taxes: i64 = draft.lines.iter().map(|line| line.tax.minor).sum();
    assert_eq!(taxes, 210);
}

#[test]
fn there_is_no_order_of_an_empty_cart() {
    let cart = priced(Vec::new(), Vec::new());
    assert_eq!(drafted(&cart, &wish(None)), Err(NotPlaced::CartEmpty));
}

#[test]
fn every_line_whose_price_has_changed_is_told_with_both_prices() {
    let lines = vec![
        cart_line("LAMP", 2, 999),
        cart_line("PEN", 1, 100),
        cart_line("DESK", 1, 5_000),
    ];
    let products = vec![
        product("LAMP", 899),
        product("PEN", 100),
        product("DESK", 5_100),
    ];
    let Err(NotPlaced::PricesChanged(changes)) = drafted(&priced(lines, products), &wish(None))
    else {
        panic!("the prices have changed");
    };
    let changes: Vec<_> = changes
        .iter()
        .map(|it| (it.sku.as_str(), it.shown.minor, it.price.minor))
        .collect();
    assert_eq!(changes, [("LAMP", 999, 899), ("DESK", 5_000, 5_100)]);
}

#[test]
fn what_is_gone_from_the_shop_is_short() {
    let lines = vec![cart_line("LAMP", 2, 999), cart_line("PEN", 1, 100)];
    let products = vec![product("LAMP", 999).archived(NOW), product("PEN", 100)];
    let Err(NotPlaced::Short(short)) = drafted(&priced(lines, products), &wish(None)) else {
        panic!("it is gone");
    };
    let expected = Shortage {
        line: line_id("LAMP"),
        sku: Sku::parse("LAMP").unwrap(),
        requested: 2,
        available: 0,
    };
    assert_eq!(short, [expected]);
}

#[test]
fn the_total_is_what_was_expected_or_there_is_no_order() {
    let cart = priced(
        vec![cart_line("LAMP", 1, 1_000)],
        vec![product("LAMP", 1_000)],
    );
    let total = usd(1_000 + 599 + 100);
    for (expected, outcome) in [
        ("16.99", None),
        ("16.990", None),
        (
            "17",
            Some(NotPlaced::TotalChanged {
                expected: usd(1_700),
                total,
            }),
        ),
        (
            "0",
            Some(NotPlaced::TotalChanged {
                expected: usd(0),
                total,
            }),
        ),
    ] {
        let found = drafted(&cart, &wish(Some(expected))).err();
        assert_eq!(found, outcome, "{expected}");
    }
    let found = drafted(&cart, &wish(Some("16.999")));
    assert!(matches!(found, Err(NotPlaced::NoTotal(_))));
}

#[test]
fn lines_of_one_sku_are_counted_together_and_each_is_named() {
    let mut lines = vec![cart_line("LAMP", 2, 100), cart_line("PEN", 1, 100)];
    lines.push(CartLine {
        id: line_id("again"),
        product_id: ProductId::derive("", "LAMP"),
        ..cart_line("LAMP", 3, 100)
    });
    let cart = priced(lines, vec![product("LAMP", 100), product("PEN", 100)]);
    let draft = drafted(&cart, &wish(None)).unwrap();
    let lamp = Sku::parse("LAMP").unwrap();
    let wanted: Vec<_> = quantities(&draft.lines)
        .into_iter()
        .map(|(sku, quantity)| (sku.to_string(), quantity.get()))
        .collect();
    assert_eq!(wanted, [("LAMP".to_owned(), 5), ("PEN".to_owned(), 1)]);
    let found = short(&draft.lines, &HashMap::from([(lamp, 4)]));
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.line, it.requested, it.available))
        .collect();
    assert_eq!(found, [(line_id("LAMP"), 5, 4), (line_id("again"), 5, 4)]);
}

#[test]
fn an_order_that_costs_more_than_can_be_counted_is_none() {
    let most = Money::MAX_GIVEN;
    let cart = priced(
        vec![cart_line("LAMP", 9_999, most)],
        vec![product("LAMP", most)],
    );
    assert_eq!(drafted(&cart, &wish(None)), Err(NotPlaced::TooMuch));
}

#[test]
fn a_category_is_taxed_as_the_nearest_that_says_how() {
    let category = |name: &str, parent: Option<&str>| Category {
        id: CategoryId::derive("", name),
        name: name.to_owned(),
        slug: Slug::parse(name).unwrap(),
        parent_id: parent.map(|name| CategoryId::derive("", name)),
        version: 1,
        closing_until: None,
        created_at: NOW,
        updated_at: NOW,
    };
    let tree = Tree::new(
        1,
        [
            category("media", None),
            category("books", Some("media")),
            category("antiques", Some("books")),
            category("films", Some("media")),
        ],
    );
    let classes = TaxClasses::parse("books=reduced,antiques=standard,vouchers=zero").unwrap();
    for (name, class) in [
        ("media", TaxClass::Standard),
        ("books", TaxClass::Reduced),
        ("antiques", TaxClass::Standard),
        ("films", TaxClass::Standard),
        ("unknown", TaxClass::Standard),
    ] {
        assert_eq!(
            classes.of(CategoryId::derive("", name), &tree),
            class,
            "{name}"
        );
    }
}

#[test]
fn tax_classes_are_read_or_refused() {
    assert!(TaxClasses::parse("").unwrap().is_empty());
    assert!(!TaxClasses::parse("books=reduced,").unwrap().is_empty());
    for text in ["books", "books=half", "books=reduced;films=zero"] {
        assert_eq!(TaxClasses::parse(text), None, "{text}");
    }
}
