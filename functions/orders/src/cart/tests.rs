use kernel::CategoryId;
use proptest::prelude::*;

use super::*;
use crate::testing::{NOW, line_id, usd};

fn ann() -> Owner {
    Owner::User(UserId::derive("", "ann"))
}

fn many(count: u64) -> Quantity {
    Quantity::new(count).unwrap()
}

fn offer(name: &str, price: Money) -> Offer {
    Offer {
        product_id: ProductId::derive("", name),
        variant_id: None,
        category_id: CategoryId::derive("", "lamps"),
        sku: Sku::parse(name).unwrap(),
        name: name.to_owned(),
        price,
    }
}

/// A cart of these things, of each of which there is enough.
fn cart(owner: Owner, things: &[(&str, u64)]) -> Cart {
    things
        .iter()
        .fold(Cart::empty(owner, NOW), |cart, (name, count)| {
            let id = LineId::derive(&cart.id.to_string(), name);
            cart.with(id, &offer(name, usd(999)), many(*count), 9_999)
                .unwrap()
        })
}

fn things(cart: &Cart) -> Vec<(String, u32)> {
    let thing = |line: &CartLine| (line.sku.to_string(), line.quantity.get());
    cart.lines.iter().map(thing).collect()
}

#[test]
fn the_same_thing_adds_up_in_its_line() {
    let twice = cart(ann(), &[("LAMP", 2), ("DESK", 1), ("LAMP", 3)]);
    assert_eq!(things(&twice), [("LAMP".into(), 5), ("DESK".into(), 1)]);
    assert_eq!(twice.item_count(), 6);
    assert_eq!(twice.shown_subtotal(CurrencyCode::USD), Ok(usd(6 * 999)));
}

#[test]
fn variants_of_a_product_are_different_things() {
    let variant = |name: &str| Offer {
        product_id: ProductId::derive("", "LAMP"),
        variant_id: Some(VariantId::derive("", name)),
        ..offer(name, usd(999))
    };
    let both = Cart::empty(ann(), NOW)
        .with(line_id("1"), &variant("EU"), many(1), 9)
        .and_then(|cart| cart.with(line_id("2"), &variant("UK"), many(1), 9));
    assert_eq!(both.unwrap().lines.len(), 2);
}

#[test]
fn a_line_holds_no_more_than_there_is_with_what_is_in_it_already() {
    let three = cart(ann(), &[("LAMP", 3)]);
    let lamp = offer("LAMP", usd(999));
    let id = line_id("x");
    assert!(three.with(id, &lamp, many(2), 5).is_ok());
    let short = CartRefusal::Short {
        sku: lamp.sku.clone(),
        requested: 6,
        available: 5,
    };
    assert_eq!(three.with(id, &lamp, many(3), 5), Err(short.clone()));
    let line = three.lines[0].id;
    assert_eq!(three.with_quantity(line, many(6), 5), Err(short));
    assert!(three.with_quantity(line, many(5), 5).is_ok());
}

#[test]
fn a_cart_has_forty_lines_and_not_one_more() {
    let names: Vec<String> = (0..MOST_LINES).map(|n| format!("N{n}")).collect();
    let things: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let full = cart(ann(), &things);
    let (another, known) = (offer("MORE", usd(1)), offer("N0", usd(1)));
    let with = |offer| full.with(line_id("x"), offer, many(1), 9);
    assert_eq!(with(&another), Err(CartRefusal::Full));
    assert!(with(&known).is_ok(), "more of what is there takes no line");
}

#[test]
fn a_cart_is_in_one_currency_until_it_is_empty() {
    let dollars = cart(ann(), &[("LAMP", 1)]);
    let yen = offer("DESK", Money::new(500, CurrencyCode::parse("JPY").unwrap()));
    let with = |cart: &Cart| cart.with(line_id("x"), &yen, many(1), 9);
    let mismatch = CartRefusal::CurrencyMismatch {
        cart: CurrencyCode::USD,
        other: yen.price.currency,
    };
    assert_eq!(with(&dollars), Err(mismatch));
    assert!(with(&dollars.cleared()).is_ok());
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let dear = offer("DEAR", usd(Money::MAX_GIVEN));
    let empty = Cart::empty(ann(), NOW);
    assert!(empty.with(line_id("1"), &dear, many(1), 9).is_ok());
    for (count, available) in [(2, 9), (10_000, u64::MAX), (u64::from(u32::MAX), u64::MAX)] {
        let refused = empty.with(line_id("1"), &dear, many(count), available);
        assert_eq!(refused, Err(CartRefusal::TooMany), "{count}");
    }
    let most = empty
        .with(line_id("1"), &offer("LAMP", usd(1)), many(9_999), 99_999)
        .unwrap();
    let more = most.with(
        line_id("1"),
        &offer("LAMP", usd(1)),
        many(u32::MAX.into()),
        99_999,
    );
    assert_eq!(more, Err(CartRefusal::TooMany));
}

#[test]
fn a_line_that_is_not_there_is_neither_changed_nor_taken_out() {
    let lamps = cart(ann(), &[("LAMP", 1), ("DESK", 1)]);
    let (there, nowhere) = (lamps.lines[0].id, line_id("nowhere"));
    assert_eq!(lamps.without(nowhere), Err(CartRefusal::NoSuchLine));
    let changed = lamps.with_quantity(nowhere, many(1), 9);
    assert_eq!(changed, Err(CartRefusal::NoSuchLine));
    let rest = lamps.without(there).unwrap();
    assert_eq!(things(&rest), [("DESK".into(), 1)]);
}

#[test]
fn merging_adds_up_to_what_there_is_and_says_what_was_capped() {
    let mine = cart(ann(), &[("LAMP", 3), ("DESK", 1)]);
    let guest = Owner::nobody(OperationId::derive("", "guest"));
    let theirs = cart(guest, &[("LAMP", 4), ("RUG", 2), ("GONE", 5)]);
    let available = |line: &CartLine| match line.sku.as_str() {
        "LAMP" => 5,
        "GONE" => 0,
        _ => 9,
    };
    let (merged, capped) = mine.merged(&theirs, available).unwrap();
    assert_eq!(
        things(&merged),
        [
            ("LAMP".into(), 5),
            ("DESK".into(), 1),
            ("RUG".into(), 2),
            ("GONE".into(), 1),
        ]
    );
    assert_eq!(merged.owner, ann());
    let told: Vec<_> = capped
        .iter()
        .map(|it| (it.line, it.requested, it.quantity.get()))
        .collect();
    assert_eq!(told, [(mine.lines[0].id, 7, 5), (theirs.lines[2].id, 5, 1)]);
}

#[test]
fn carts_that_do_not_fit_together_are_not_merged() {
    let names: Vec<String> = (0..MOST_LINES).map(|n| format!("N{n}")).collect();
    let all: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let full = cart(ann(), &all);
    let guest = || Owner::nobody(OperationId::derive("", "guest"));
    let merged = full.merged(&cart(guest(), &[("MORE", 1)]), |_| 9);
    assert_eq!(merged, Err(CartRefusal::Full));
    assert!(full.merged(&cart(guest(), &all), |_| 9).is_ok());

    let yen = offer("DESK", Money::new(500, CurrencyCode::parse("JPY").unwrap()));
    let theirs = Cart::empty(guest(), NOW).with(line_id("1"), &yen, many(1), 9);
    let merged = full.merged(&theirs.unwrap(), |_| 9);
    assert!(matches!(merged, Err(CartRefusal::CurrencyMismatch { .. })));
}

#[test]
fn only_its_owner_s_changes_make_a_cart_active() {
    let by = OperationId::derive("", "1");
    let later = NOW.plus(Duration::from_hours(1));
    let told = Cart {
        told: true,
        ..cart(ann(), &[("LAMP", 1)])
    };
    let shown = told.clone().rewritten(by, later);
    assert_eq!((shown.active_at, shown.told), (NOW, true));
    assert_eq!(shown.expires(), later.plus(LIFE));
    let changed = told.changed(by, later);
    assert_eq!((changed.active_at, changed.told), (later, false));
    assert_eq!((changed.version, changed.change), (1, Some(by)));
}

proptest! {
    #[test]
    fn no_merge_loses_a_line_or_holds_more_than_there_is(
        mine in proptest::collection::vec((0_u8..12, 1_u64..9), 0..9),
        theirs in proptest::collection::vec((0_u8..12, 1_u64..9), 0..9),
        stock in proptest::collection::vec(0_u64..20, 12),
    ) {
        let name = |n: u8| format!("N{n}");
        let of = |owner: Owner, all: &[(u8, u64)]| {
            let names: Vec<(String, u64)> = all.iter().map(|(n, count)| (name(*n), *count)).collect();
            let things: Vec<(&str, u64)> = names.iter().map(|(n, count)| (n.as_str(), *count)).collect();
            cart(owner, &things)
        };
        let available = |sku: &str| stock[sku[1..].parse::<usize>().unwrap()];
        let (mine, theirs) = (
            of(ann(), &mine),
            of(Owner::nobody(OperationId::derive("", "guest")), &theirs),
        );
        let (merged, capped) = mine.merged(&theirs, |line| available(line.sku.as_str())).unwrap();
        let quantity = |cart: &Cart, sku: &Sku| {
            let line = cart.lines.iter().find(|line| line.sku == *sku);
            line.map_or(0, |line| u64::from(line.quantity.get()))
        };
        for line in mine.lines.iter().chain(&theirs.lines) {
            let (ours, other) = (quantity(&mine, &line.sku), quantity(&theirs, &line.sku));
            let expected = match other {
                0 => ours,
                _ => (ours + other).min(available(line.sku.as_str())).max(1),
            };
            prop_assert_eq!(quantity(&merged, &line.sku), expected);
            let told = capped.iter().any(|it| {
                merged.lines.iter().any(|line_of| line_of.id == it.line && line_of.sku == line.sku)
            });
            prop_assert_eq!(told, expected < ours + other);
        }
        let skus: std::collections::HashSet<_> = merged.lines.iter().map(|line| &line.sku).collect();
        prop_assert_eq!(skus.len(), merged.lines.len(), "one line of each thing");
    }
}
