use super::*;
use proptest::prelude::*;

fn entry(place: &str) -> Entry {
    Entry {
        product: ProductId::derive("", place),
        place: place.into(),
        category_id: CategoryId::derive("", &place[..1]),
        brand: None,
        price: String::new(),
    }
}

fn listing(want: usize, filter: Filter) -> Listing {
    Listing {
        status: Status::Active,
        scope: Scope::Shop,
        sort: Sort::default(),
        filter,
        after: None,
        want,
        patience: usize::MAX,
    }
}

/// Reads pages of lists as the store does, `size` entries of a lane at a time.
fn page(lanes: &[Vec<String>], listing: &Listing, size: usize) -> (Vec<ProductId>, Option<String>) {
    let descending = listing.sort.descending;
    let mut merge = Merge::new(lanes.len(), descending);
    let mut behind = vec![listing.after.clone(); lanes.len()];
    let mut reading = Reading::default();
    loop {
        match merge.take() {
            Next::End => break,
            Next::Entry(entry) => {
                if !reading.take(&entry, listing) {
                    break;
                }
            }
            Next::Feed(hungry) => {
                for lane in hungry {
                    let mut left: Vec<_> = lanes[lane]
                        .iter()
                        .filter(|place| match &behind[lane] {
                            None => true,
                            Some(after) if descending => *place < after,
                            Some(after) => *place > after,
                        })
                        .collect();
                    left.sort();
                    if descending {
                        left.reverse();
                    }
                    let some: Vec<_> = left.iter().take(size).map(|place| entry(place)).collect();
                    if let Some(last) = some.last() {
                        behind[lane] = Some(last.place.clone());
                    }
                    let exhausted = some.len() == left.len();
                    merge.feed(lane, some, exhausted);
                }
            }
        }
    }
    let found = reading.finish();
    let products = found.hits.into_iter().map(|hit| hit.product);
    (products.collect(), found.next)
}

#[test]
fn names_come_before_longer_names_and_equal_ones_by_id() {
    let place = |name: &str| format!("{}{SEPARATOR}prod_0", text::sort_key(name));
    let mut places = [
        place("Chair 2"),
        place("chair"),
        place("Chair-2"),
        place("Chai"),
    ];
    places.sort();
    assert_eq!(
        places,
        [
            place("chai"),
            place("chair"),
            place("chair 2"),
            place("chair-2")
        ]
    );
}

#[test]
fn price_bounds_compare_across_currencies_by_number() {
    let key = |text: &str| price_key(text.parse().unwrap()).unwrap();
    let usd = Money::new(999, CurrencyCode::USD).sort_key();
    let jpy = Money::new(500, CurrencyCode::JPY).sort_key();
    assert!(key("9.99") == usd && key("9.98") < usd && key("10") > usd);
    assert!(key("499.9999") < jpy && key("500") == jpy);
    assert!(price_key("0.00001".parse().unwrap()).is_err());
}

#[test]
fn brands_are_told_apart_however_long_they_are() {
    assert_eq!(brand_key(" ACME\t  Lighting "), brand_key("Acme lighting"));
    assert_eq!(brand_key("Stra\u{df}e"), brand_key("STRASSE"));
    assert_ne!(brand_key("Acme"), brand_key("Acme 2"));
    let long = |end: &str| format!("{}{end}", "B".repeat(254));
    assert_ne!(brand_key(&long("X")), brand_key(&long("Y")));
    // One character that folds to eighteen.
    let longest = |end: &str| format!("{}{end}", "\u{fdfa}".repeat(254));
    assert_ne!(brand_key(&longest("x")), brand_key(&longest("y")));
    assert_eq!(brand_key(&longest("x")), brand_key(&longest("X")));
    assert!(brand_key(&longest("x")).len() < 1_500);
}

#[test]
fn a_lane_that_starves_is_fed_with_what_is_still_wanted() {
    let mut listing = listing(20, Filter::default());
    let mut reading = Reading::default();
    assert_eq!(reading.ration(&listing, 60), 1);
    assert_eq!(reading.ration(&listing, 4), 11);
    assert_eq!(reading.ration(&listing, 1), 21);
    for n in 0..5 {
        assert!(reading.take(&entry(&format!("a{n}")), &listing));
    }
    assert_eq!(reading.ration(&listing, 60), 16);
    assert!(!reading.is_tiring(&listing));
    // As many refused as found: twice as many are read.
    listing.filter.brand = Some("other".into());
    listing.patience = 5;
    for n in 5..10 {
        assert!(!reading.is_tiring(&listing));
        assert!(reading.take(&entry(&format!("a{n}")), &listing));
    }
    assert_eq!(reading.ration(&listing, 60), 32);
    assert!(reading.is_tiring(&listing));
}

#[test]
fn a_filter_asks_for_all_it_names() {
    let product = Entry {
        brand: Some("acme".into()),
        price: "5".into(),
        ..entry("a")
    };
    let fits = |filter: Filter| filter.passes(&product);
    assert!(fits(Filter::default()));
    assert!(fits(Filter {
        brand: Some("acme".into()),
        ..Filter::default()
    }));
    assert!(!fits(Filter {
        brand: Some("other".into()),
        ..Filter::default()
    }));
    assert!(fits(Filter {
        least: Some("5".into()),
        most: Some("5".into()),
        ..Filter::default()
    }));
    assert!(!fits(Filter {
        least: Some("6".into()),
        ..Filter::default()
    }));
    assert!(!fits(Filter {
        most: Some("4".into()),
        ..Filter::default()
    }));
    assert!(!fits(Filter {
        categories: Some(HashSet::new()),
        ..Filter::default()
    }));
}

proptest! {
    /// Page by page, every entry that passes comes once and in order, however the entries are
    /// spread over lanes and however few are read at a time.
    #[test]
    fn pages_together_are_the_list(
        places in proptest::collection::btree_set("[ab][0-9]{1,3}", 0..60),
        spread in proptest::collection::vec(0_usize..5, 60),
        want in 1_usize..9, size in 1_usize..7, descending: bool, only_a: bool,
    ) {
        let mut lanes = vec![Vec::new(); 5];
        for (place, lane) in places.iter().zip(&spread) {
            lanes[*lane].push(place.clone());
        }
        let categories = only_a.then(|| HashSet::from([CategoryId::derive("", "a")]));
        let mut listing = listing(want, Filter { categories, ..Filter::default() });
        listing.sort.descending = descending;

        let mut expected: Vec<_> = places
            .iter()
            .filter(|place| !only_a || place.starts_with('a'))
            .map(|place| entry(place).product)
            .collect();
        if descending {
            expected.reverse();
        }
        let mut found = Vec::new();
        loop {
            let (page, next) = page(&lanes, &listing, size);
            prop_assert!(page.len() <= want);
            // A page is short only when it is the last.
            prop_assert!(next.is_none() || page.len() == want);
            found.extend(page);
            match next {
                Some(next) => listing.after = Some(next),
                None => break,
            }
        }
        prop_assert_eq!(found, expected);
    }

    /// Entries that come or go between two pages move no other entry.
    #[test]
    fn pages_are_stable_under_inserts(
        places in proptest::collection::btree_set("[a-z][0-9]", 4..40),
        newcomers in proptest::collection::btree_set("[a-z][0-9]x", 0..10),
        want in 1_usize..6,
    ) {
        let mut listing = listing(want, Filter::default());
        listing.sort.descending = false;
        let before = vec![places.iter().cloned().collect::<Vec<_>>()];
        let (first, next) = page(&before, &listing, 3);
        let after: Vec<_> = places.iter().chain(&newcomers).cloned().collect();
        listing.after = next;
        listing.want = 100;
        if listing.after.is_some() {
            let (rest, _) = page(&[after], &listing, 3);
            for place in &places {
                let product = entry(place).product;
                let times = first.iter().chain(&rest).filter(|id| **id == product).count();
                prop_assert_eq!(times, 1);
            }
        }
    }
}
