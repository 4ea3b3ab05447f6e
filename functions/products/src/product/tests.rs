use super::*;
use crate::attributes::Attribute;
use crate::variants::VariantDraft;
use kernel::Amount;
use proptest::prelude::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn birth() -> Birth {
    Birth {
        id: ProductId::generate(at(1_800_000_000_000), *b"0123456789"),
        currency: CurrencyCode::USD,
        at: at(1_800_000_000_000),
        import: None,
    }
}

fn category(name: &str) -> CategoryId {
    CategoryId::derive("", name)
}

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn basics() -> Changes {
    Changes {
        name: Some("Desk lamp".into()),
        price: Some(amount("49.90")),
        category_id: Some(category("lamps")),
        ..Changes::default()
    }
}

fn product() -> Product {
    Product::create(&basics(), &birth()).unwrap()
}

fn places(result: Result<Product, Faults>) -> Vec<String> {
    let faults = result.expect_err("it breaks a rule");
    faults.iter().map(|fault| fault.pointer.clone()).collect()
}

fn variant(size: &str, price: Option<&str>) -> VariantDraft {
    VariantDraft {
        options: [("Size".to_owned(), size.to_owned())].into(),
        price: price.map(amount),
        ..VariantDraft::default()
    }
}

#[test]
fn a_new_product_is_active_at_version_one_with_names_of_its_own() {
    let product = product();
    assert_eq!(product.status, Status::Active);
    assert_eq!(product.version, 1);
    assert_eq!(product.slug.as_str(), "desk-lamp");
    assert!(product.sku.as_str().starts_with("P-"));
    assert_eq!(product.price, Money::new(4990, CurrencyCode::USD));
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let asked = Changes {
        name: Some("  ".into()),
        price: Some(amount("1.999")),
        slug: Some(Slug::parse("import").unwrap()),
        tags: Some(vec!["".into()]),
        images: Some(vec!["javascript:alert(1)".into()]),
        compare_at_price: Some(Some(amount("2.001"))),
        ..basics()
    };
    let mut found = places(Product::create(&asked, &birth()));
    found.sort();
    assert_eq!(
        found,
        [
            "/compareAtPrice",
            "/images/0",
            "/name",
            "/price",
            "/slug",
            "/tags/0"
        ]
    );
    let nothing = places(Product::create(&Changes::default(), &birth()));
    assert_eq!(nothing, ["/name", "/price", "/categoryId"]);
    let price = Changes {
        price: Some(amount("1.999")),
        ..Changes::default()
    };
    let missing_and_wrong = places(Product::create(&price, &birth()));
    assert_eq!(missing_and_wrong, ["/name", "/categoryId", "/price"]);
}

#[test]
fn skus_that_no_path_can_name_are_reserved() {
    for sku in [".", "..", "alerts"] {
        let sku = Sku::parse(sku).unwrap();
        let mut draft = variant("S", None);
        draft.sku = Some(sku.clone());
        let asked = Changes {
            sku: Some(sku.clone()),
            variants: Some(vec![variant("M", None), draft]),
            ..basics()
        };
        let found = places(Product::create(&asked, &birth()));
        for place in ["/sku", "/variants/1/sku"] {
            assert!(found.contains(&place.to_owned()), "{sku}: {found:?}");
        }
    }
    for sku in ["...", "a.", "Alerts", "alerts-1"] {
        let sku = Some(Sku::parse(sku).unwrap());
        let asked = Changes { sku, ..basics() };
        assert!(Product::create(&asked, &birth()).is_ok());
    }
}

#[test]
fn texts_that_nobody_sees_and_control_characters_are_refused() {
    let nul = || "a\u{0}b".to_owned();
    let unseen = || "\u{200b}".to_owned();
    for text in [nul, unseen] {
        let asked = Changes {
            name: Some(text()),
            brand: Some(Some(text())),
            mpn: Some(Some(text())),
            tags: Some(vec![text()]),
            attributes: Some([(text(), Attribute::Flag(true))].into()),
            options: Some(vec![Choice {
                name: text(),
                values: vec![text()],
            }]),
            ..basics()
        };
        let found = places(Product::create(&asked, &birth()));
        let attribute = format!("/attributes/{}", text());
        assert_eq!(
            found,
            [
                "/name",
                "/brand",
                "/mpn",
                "/tags/0",
                &attribute,
                "/options/0/name",
                "/options/0/values/0"
            ]
        );
    }
    let prose = |text: &str| Changes {
        name: Some("  Lamp\n".into()),
        brand: Some(Some("  ".into())),
        description: Some(Some(text.into())),
        attributes: Some([("Use".to_owned(), Attribute::Text(text.into()))].into()),
        ..basics()
    };
    let made = Product::create(&prose("one\n\ttwo\r\n"), &birth()).unwrap();
    assert_eq!((&*made.name, made.brand), ("Lamp", None));
    let found = places(Product::create(&prose(&nul()), &birth()));
    assert_eq!(found, ["/description", "/attributes/Use"]);
}

#[test]
fn amounts_have_the_decimals_of_their_currency() {
    for (code, price, minor) in [
        ("USD", "49.9", Some(4990)),
        ("JPY", "500", Some(500)),
        ("JPY", "500.00", Some(500)),
        ("JPY", "500.5", None),
        ("KWD", "1.234", Some(1234)),
        ("KWD", "1.2345", None),
        ("USD", "0", Some(0)),
    ] {
        let asked = Changes {
            price: Some(amount(price)),
            currency: Some(CurrencyCode::parse(code).unwrap()),
            ..basics()
        };
        let made = Product::create(&asked, &birth());
        assert_eq!(
            made.ok().map(|made| made.price.minor),
            minor,
            "{price} {code}"
        );
    }
}

#[test]
fn slugs_are_made_of_names_and_never_of_reserved_words() {
    for (name, slug) in [
        ("Köhler & Söhne", "kohler-sohne"),
        ("Import", "import-"),
        ("!!!", "product-"),
    ] {
        let asked = Changes {
            name: Some(name.into()),
            ..basics()
        };
        let made = Product::create(&asked, &birth()).unwrap().slug;
        assert!(made.as_str().starts_with(slug), "{name}: {made}");
        assert!(!RESERVED_SLUGS.contains(&made.as_str()));
    }
    assert!(product().other_slug().as_str().starts_with("desk-lamp-"));
}

#[test]
fn a_change_raises_the_version_and_no_change_does_not() {
    let before = product();
    let later = at(1_800_000_001_000);
    let same = before.changed(&basics(), later).unwrap();
    assert_eq!(same, before);
    let price = Changes {
        price: Some(amount("44")),
        ..Changes::default()
    };
    let after = before.changed(&price, later).unwrap();
    assert_eq!((after.version, after.updated_at), (2, later));
    assert_eq!(after.name, before.name);
    // A clock that goes back does not take the product with it.
    assert_eq!(after.changed(&basics(), at(0)).unwrap().updated_at, later);
}

#[test]
fn null_clears_and_a_new_name_keeps_the_slug() {
    let asked = Changes {
        brand: Some(Some(" Lumen ".into())),
        tags: Some(vec!["a".into(), "a ".into(), "b".into()]),
        ..basics()
    };
    let made = Product::create(&asked, &birth()).unwrap();
    assert_eq!(made.brand.as_deref(), Some("Lumen"));
    assert_eq!(made.tags, ["a", "b"]);
    let asked = Changes {
        name: Some("Floor lamp".into()),
        brand: Some(None),
        tags: Some(vec![]),
        ..Changes::default()
    };
    let changed = made.changed(&asked, at(0)).unwrap();
    assert_eq!(changed.brand, None);
    assert!(changed.tags.is_empty());
    assert_eq!(changed.slug, made.slug);
}

#[test]
fn another_currency_comes_with_every_amount() {
    let asked = Changes {
        compare_at_price: Some(Some(amount("60"))),
        variants: Some(vec![variant("S", Some("55")), variant("M", None)]),
        ..basics()
    };
    let made = Product::create(&asked, &birth()).unwrap();
    let yen = Changes {
        currency: Some(CurrencyCode::JPY),
        price: Some(amount("5000")),
        ..Changes::default()
    };
    assert_eq!(places(made.changed(&yen, at(0))), ["/currency"]);
    let whole = Changes {
        compare_at_price: Some(None),
        variants: Some(vec![variant("S", Some("5500")), variant("M", None)]),
        ..yen
    };
    let changed = made.changed(&whole, at(0)).unwrap();
    assert_eq!(
        changed.variants[0].price,
        Some(Money::new(5500, CurrencyCode::JPY))
    );
    assert_eq!(changed.price_of(&changed.variants[1]).minor, 5000);
    assert_eq!(changed.variants[0].id, made.variants[0].id);
}

#[test]
fn archiving_frees_every_name_and_coming_back_claims_them() {
    let asked = Changes {
        variants: Some(vec![variant("S", None), variant("M", None)]),
        ..basics()
    };
    let made = Product::create(&asked, &birth()).unwrap();
    assert_eq!(made.claims().len(), 3);
    assert_eq!(made.claimed_slug(), Some(&made.slug));
    let gone = made.archived(at(0));
    assert_eq!((gone.status, gone.version), (Status::Archived, 2));
    assert!(gone.claims().is_empty() && gone.claimed_slug().is_none());
    assert_eq!(gone.membership(), None);
    assert_eq!(gone.archived(at(1)), gone);
    let active = Changes {
        status: Some(Status::Active),
        ..Changes::default()
    };
    let back = gone.changed(&active, at(0)).unwrap();
    assert_eq!(back.claims(), made.claims());
}

#[test]
fn a_change_takes_and_frees_only_so_many_skus() {
    let sized = |range: std::ops::Range<u32>| Changes {
        variants: Some(range.map(|n| variant(&n.to_string(), None)).collect()),
        options: Some(vec![]),
        ..basics()
    };
    let with_options = |range: std::ops::Range<u32>| Changes {
        options: Some(vec![Choice {
            name: "Size".into(),
            values: range.clone().map(|n| n.to_string()).collect(),
        }]),
        ..sized(range)
    };
    let made = Product::create(&with_options(0..60), &birth()).unwrap();
    assert_eq!(
        places(made.changed(&with_options(100..160), at(0))),
        ["/variants"]
    );
    assert!(made.changed(&with_options(30..90), at(0)).is_ok());
}

#[test]
fn what_does_not_fit_an_item_is_refused() {
    let text = "x".repeat(8192);
    let sized = |count: usize| Changes {
        attributes: Some(
            (0..count)
                .map(|n| (format!("a{n}"), Attribute::Text(text.clone())))
                .collect(),
        ),
        ..basics()
    };
    assert!(Product::create(&sized(40), &birth()).is_ok());
    assert_eq!(
        places(Product::create(&sized(45), &birth())),
        ["/attributes"]
    );
}

proptest! {
    /// Whatever is done to a product, it holds no SKU twice, its version counts its changes, and
    /// every amount has its currency.
    #[test]
    fn changes_keep_a_product_whole(steps in proptest::collection::vec(any_change(), 1..8)) {
        let mut now = product();
        for (step, asked) in steps.iter().enumerate() {
            let before = now.clone();
            match now.changed(asked, at(step as i64)) {
                Err(faults) => prop_assert!(!faults.is_empty()),
                Ok(after) => {
                    let raised = u64::from(after != before);
                    prop_assert_eq!(after.version, before.version + raised);
                    prop_assert_eq!(after.id, before.id);
                    let amounts = after.variants.iter().filter_map(|variant| variant.price);
                    for money in amounts.chain(after.compare_at_price) {
                        prop_assert_eq!(money.currency, after.price.currency);
                    }
                    if after.status != Status::Archived {
                        prop_assert_eq!(after.claims().len(), after.variants.len() + 1);
                    }
                    // Asking for it again changes nothing more.
                    prop_assert_eq!(&after.changed(asked, at(0)).unwrap(), &after);
                    now = after;
                }
            }
        }
    }
}

fn any_change() -> impl Strategy<Value = Changes> {
    let sizes = proptest::collection::btree_set("[A-D]", 0..4);
    (
        proptest::option::of("[a-z ]{0,6}"),
        proptest::option::of(0_u32..1000),
        proptest::option::of(prop_oneof![Just("USD"), Just("JPY")]),
        proptest::option::of(sizes),
        proptest::option::of(prop_oneof![
            Just(Status::Draft),
            Just(Status::Active),
            Just(Status::Archived)
        ]),
        proptest::option::of(proptest::option::of(0_u32..1000)),
    )
        .prop_map(|(name, price, currency, sizes, status, compare)| Changes {
            name,
            price: price.map(|price| amount(&price.to_string())),
            currency: currency.map(|code| CurrencyCode::parse(code).unwrap()),
            options: sizes.as_ref().map(|sizes| {
                let values: Vec<_> = sizes.iter().cloned().collect();
                let size = Choice {
                    name: "Size".into(),
                    values,
                };
                if sizes.is_empty() { vec![] } else { vec![size] }
            }),
            variants: sizes.map(|sizes| sizes.iter().map(|size| variant(size, None)).collect()),
            status,
            compare_at_price: compare.map(|some| some.map(|price| amount(&price.to_string()))),
            ..Changes::default()
        })
}
