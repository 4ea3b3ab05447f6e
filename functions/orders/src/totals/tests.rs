use super::*;
use crate::tax::Rate;
use proptest::prelude::*;

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, CurrencyCode::parse(currency).unwrap())
}

fn taxes(included: bool, standard: u32, reduced: u32, on_shipping: bool) -> Taxes {
    Taxes {
        included,
        standard: Rate(standard),
        reduced: Rate(reduced),
        on_shipping,
    }
}

fn item(minor: i64, quantity: u64, class: TaxClass) -> Item {
    Item {
        unit_price: money(minor, "USD"),
        quantity: Quantity::new(quantity).unwrap(),
        tax_class: class,
    }
}

#[test]
fn tax_on_top_is_added_and_tax_included_is_not() {
    let items = [
        item(1_000, 2, TaxClass::Standard),
        item(500, 1, TaxClass::Reduced),
    ];
    let nothing = money(0, "USD");
    let shipping = money(599, "USD");
    let on_top = reckon(
        &items,
        nothing,
        shipping,
        &taxes(false, 10_000, 5_000, false),
    )
    .unwrap();
    let totals = on_top.totals;
    assert_eq!((totals.subtotal.minor, totals.tax.minor), (2_500, 225));
    assert_eq!(totals.total.minor, 2_500 + 599 + 225);
    let included = reckon(&items, nothing, shipping, &taxes(true, 19_000, 7_000, true)).unwrap();
    let totals = included.totals;
    // 2000 * 19 / 119 and 500 * 7 / 107 and 599 * 19 / 119.
    assert_eq!(included.shares[0].tax.minor, 319);
    assert_eq!(included.shares[1].tax.minor, 33);
    assert_eq!(totals.shipping_tax.minor, 96);
    assert_eq!(totals.tax.minor, 319 + 33 + 96);
    assert_eq!(totals.total.minor, 3_099);
}

#[test]
fn a_discount_is_shared_by_largest_remainder_and_lowers_the_tax() {
    let items = [
        item(1_000, 1, TaxClass::Standard),
        item(1_000, 1, TaxClass::Standard),
        item(1_000, 1, TaxClass::Zero),
    ];
    let found = reckon(
        &items,
        money(100, "USD"),
        money(0, "USD"),
        &taxes(false, 10_000, 0, false),
    )
    .unwrap();
    let discounts: Vec<_> = found
        .shares
        .iter()
        .map(|share| share.discount.minor)
        .collect();
    assert_eq!(discounts, [34, 33, 33]);
    let shares: Vec<_> = found.shares.iter().map(|share| share.tax.minor).collect();
    assert_eq!(shares, [96, 97, 0], "193.3 of 966 and 967");
    assert_eq!(found.totals.total.minor, 3_000 - 100 + 193);
}

#[test]
fn no_more_is_taken_off_than_there_is() {
    let items = [item(10, 1, TaxClass::Standard)];
    let found = reckon(
        &items,
        money(1_000, "USD"),
        money(0, "USD"),
        &taxes(false, 10_000, 0, true),
    );
    let totals = found.unwrap().totals;
    assert_eq!((totals.discount.minor, totals.total.minor), (10, 0));
}

#[test]
fn many_small_lines_round_once() {
    let items = vec![item(3, 1, TaxClass::Standard); 40];
    let nothing = money(0, "USD");
    let found = reckon(&items, nothing, nothing, &taxes(false, 10_000, 0, false)).unwrap();
    // Line by line each would be rounded to nothing.
    assert_eq!(found.totals.tax.minor, 12);
}

#[test]
fn more_than_all_money_is_an_error() {
    let items = vec![item(
        Money::MAX_GIVEN,
        u64::from(u32::MAX),
        TaxClass::Standard,
    )];
    let nothing = money(0, "USD");
    assert!(reckon(&items, nothing, nothing, &Taxes::NONE).is_err());
}

fn classes() -> impl Strategy<Value = TaxClass> {
    prop_oneof![
        Just(TaxClass::Standard),
        Just(TaxClass::Reduced),
        Just(TaxClass::Zero)
    ]
}

proptest! {
    #[test]
    fn lines_always_add_up_to_the_order(
        currency in prop_oneof![Just("JPY"), Just("USD"), Just("KWD"), Just("CLF")],
        lines in prop::collection::vec((0_i64..1_000_000_000, 1_u64..1_000, classes()), 1..40),
        discount in 0_i64..1_000_000_000_000,
        shipping in 0_i64..100_000,
        included: bool,
        standard in 0_u32..30_000,
        reduced in 0_u32..30_000,
        on_shipping: bool,
    ) {
        let items: Vec<Item> = lines
            .into_iter()
            .map(|(minor, quantity, tax_class)| Item {
                unit_price: money(minor, currency),
                quantity: Quantity::new(quantity).unwrap(),
                tax_class,
            })
            .collect();
        let taxes = taxes(included, standard, reduced, on_shipping);
        let found = reckon(&items, money(discount, currency), money(shipping, currency), &taxes);
        let Reckoning { totals, shares } = found.unwrap();
        let sum = |of: fn(&Share) -> Money| {
            Money::sum(totals.currency(), shares.iter().map(of)).unwrap().minor
        };
        prop_assert_eq!(sum(|share| share.line_total), totals.subtotal.minor);
        prop_assert_eq!(sum(|share| share.discount), totals.discount.minor);
        prop_assert_eq!(sum(|share| share.tax) + totals.shipping_tax.minor, totals.tax.minor);
        let on_top = if included { 0 } else { totals.tax.minor };
        let paid = totals.subtotal.minor - totals.discount.minor + totals.shipping.minor + on_top;
        prop_assert_eq!(paid, totals.total.minor);
        for share in &shares {
            prop_assert!(share.discount.minor <= share.line_total.minor);
            prop_assert!(!share.discount.is_negative() && !share.tax.is_negative());
        }
        // Each line's tax is within a unit of its own share of its rate's, which is rounded once.
        for (item, share) in items.iter().zip(&shares) {
            let net = share.line_total.checked_sub(share.discount).unwrap();
            let own = taxes.of(taxes.rate(item.tax_class), net).unwrap();
            prop_assert!((own.minor - share.tax.minor).abs() <= 1, "{own} {}", share.tax);
        }
        prop_assert!(!totals.total.is_negative());
    }
}
