use super::*;
use proptest::prelude::*;

fn choice(name: &str, values: &[&str]) -> Choice {
    Choice {
        name: name.into(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn draft(options: &[(&str, &str)]) -> VariantDraft {
    VariantDraft {
        options: options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..VariantDraft::default()
    }
}

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

fn parent(sku: &Sku, version: u64) -> Parent<'_> {
    Parent {
        id: ProductId::derive("", "parent"),
        sku,
        currency: CurrencyCode::USD,
        version,
    }
}

fn made(drafts: &[VariantDraft], before: &[Variant], version: u64) -> (Vec<Variant>, Vec<String>) {
    let sku = sku("SHIRT");
    let mut faults = Faults::new();
    let variants = from_drafts(drafts, before, &parent(&sku, version), &mut faults);
    (variants, places(&faults))
}

fn places(faults: &Faults) -> Vec<String> {
    faults.iter().map(|fault| fault.pointer.clone()).collect()
}

fn matrix(options: &[Choice], drafts: &[VariantDraft]) -> Vec<String> {
    let (variants, _) = made(drafts, &[], 1);
    let mut faults = Faults::new();
    check_matrix(options, &variants, &sku("SHIRT"), &mut faults);
    places(&faults)
}

#[test]
fn every_variant_picks_one_value_of_each_option_and_no_two_the_same() {
    let options = [choice("Size", &["S", "M"]), choice("Colour", &["red"])];
    let good = draft(&[("Size", "S"), ("Colour", "red")]);
    let other = draft(&[("Size", "M"), ("Colour", "red")]);
    assert!(matrix(&options, &[good.clone(), other.clone()]).is_empty());

    for (drafts, expected) in [
        (
            vec![good.clone(), good.clone()],
            vec!["/variants/1/options"],
        ),
        (
            vec![draft(&[("Size", "S")])],
            vec!["/variants/0/options/Colour"],
        ),
        (
            vec![draft(&[("Size", "XL"), ("Colour", "red"), ("Fit", "slim")])],
            vec!["/variants/0/options/Size", "/variants/0/options/Fit"],
        ),
        (
            vec![VariantDraft {
                sku: Some(sku("SHIRT")),
                ..good.clone()
            }],
            vec!["/variants/0/sku"],
        ),
        (
            vec![
                VariantDraft {
                    sku: Some(sku("X")),
                    ..good.clone()
                },
                VariantDraft {
                    sku: Some(sku("X")),
                    ..other
                },
            ],
            vec!["/variants/1/sku"],
        ),
    ] {
        assert_eq!(matrix(&options, &drafts), expected, "{drafts:?}");
    }
    // Without options there is one combination, the empty one.
    assert!(matrix(&[], &[draft(&[])]).is_empty());
    assert_eq!(
        matrix(&[], &[draft(&[]), draft(&[])]),
        ["/variants/1/options"]
    );
}

#[test]
fn options_have_names_and_values_of_their_own() {
    let check = |options: &[Choice]| {
        let mut faults = Faults::new();
        checked_options(options, &mut faults);
        places(&faults)
    };
    assert!(check(&[choice(" Size ", &["S", "M"])]).is_empty());
    assert_eq!(check(&[choice("Size", &[])]), ["/options/0/values"]);
    assert_eq!(
        check(&[choice("", &["S", "s"])]),
        ["/options/0/name", "/options/0/values/1"]
    );
    assert_eq!(
        check(&[choice("Size", &["S"]), choice("SIZE", &["S"])]),
        ["/options/1/name"]
    );
    let many: Vec<_> = (0..=MOST_OPTIONS)
        .map(|n| choice(&format!("o{n}"), &["v"]))
        .collect();
    assert_eq!(check(&many), ["/options"]);
}

#[test]
fn a_variant_keeps_its_id_by_id_sku_or_combination_in_this_order() {
    let (before, _) = made(&[draft(&[("Size", "S")]), draft(&[("Size", "M")])], &[], 1);
    let [small, medium] = before.as_slice() else {
        panic!()
    };

    // By combination: the made SKU stays too.
    let (same, _) = made(&[draft(&[("Size", "M")])], &before, 2);
    assert_eq!((same[0].id, &same[0].sku), (medium.id, &medium.sku));

    // By SKU, though the combination changes to that of another.
    let by_sku = VariantDraft {
        sku: Some(small.sku.clone()),
        ..draft(&[("Size", "M")])
    };
    let (moved, _) = made(&[by_sku], &before, 2);
    assert_eq!(moved[0].id, small.id);

    // A sure match is not taken away by a guess that stands before it.
    let by_id = VariantDraft {
        id: Some(medium.id),
        ..draft(&[("Size", "L")])
    };
    let (both, _) = made(&[draft(&[("Size", "M")]), by_id], &before, 2);
    assert_eq!(both[1].id, medium.id);
    assert!(![small.id, medium.id].contains(&both[0].id));

    // An id of another product is a fault.
    let strange = VariantDraft {
        id: Some(VariantId::derive("", "x")),
        ..draft(&[])
    };
    assert_eq!(made(&[strange], &before, 2).1, ["/variants/0/id"]);
}

#[test]
fn prices_have_the_decimals_of_the_products_currency() {
    let price = |text: &str| VariantDraft {
        price: Some(text.parse().unwrap()),
        ..draft(&[])
    };
    assert_eq!(
        made(&[price("1.99")], &[], 1).0[0].price.unwrap().minor,
        199
    );
    assert_eq!(made(&[price("1.999")], &[], 1).1, ["/variants/0/price"]);
}

#[test]
fn there_are_only_so_many() {
    let drafts: Vec<_> = (0..=MOST)
        .map(|n| draft(&[("n", &n.to_string())]))
        .collect();
    assert!(made(&drafts[..MOST], &[], 1).1.is_empty());
    assert_eq!(made(&drafts, &[], 1).1, ["/variants"]);
}

#[test]
fn options_can_be_read_off_the_variants() {
    let drafts = [
        draft(&[("Size", "S"), ("Colour", "red")]),
        draft(&[("Size", "M"), ("Colour", "red")]),
    ];
    let implied = implied_options(&made(&drafts, &[], 1).0);
    assert_eq!(
        implied,
        [choice("Colour", &["red"]), choice("Size", &["S", "M"])]
    );
}

proptest! {
    #[test]
    fn ids_and_made_skus_are_never_given_twice(
        first in 0_usize..6, second in 0_usize..6, long in "[A-Z]{1,64}"
    ) {
        let product = sku(&long);
        let mut faults = Faults::new();
        let drafts = |range: std::ops::Range<usize>| -> Vec<_> {
            range.map(|n| draft(&[("n", &n.to_string())])).collect()
        };
        let before = from_drafts(&drafts(0..first), &[], &parent(&product, 1), &mut faults);
        let after = from_drafts(
            &drafts(100..100 + second), &before, &parent(&product, 2), &mut faults,
        );
        let all: Vec<_> = before.iter().chain(&after).collect();
        let ids: HashSet<_> = all.iter().map(|variant| variant.id).collect();
        let skus: HashSet<_> = all.iter().map(|variant| &variant.sku).collect();
        prop_assert!(faults.is_empty());
        prop_assert_eq!(ids.len(), all.len());
        prop_assert_eq!(skus.len(), all.len());
    }
}
