use std::time::Duration;

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn berlin() -> Changes {
    Changes {
        name: Some(" Ann Lee ".into()),
        line1: Some("Unter den Linden 1".into()),
        city: Some("Berlin".into()),
        postal_code: Some(Some("10117".into())),
        country: Some(CountryCode::parse("DE").unwrap()),
        ..Changes::default()
    }
}

fn to(country: &str) -> Changes {
    Changes {
        country: Some(CountryCode::parse(country).unwrap()),
        ..Changes::default()
    }
}

fn told(faults: &Faults) -> Vec<String> {
    faults
        .iter()
        .map(|fault| format!("{} {}", fault.pointer, fault.detail))
        .collect()
}

#[test]
fn a_place_is_kept_without_blanks_at_its_ends() {
    let place = Place::create(&berlin()).unwrap();
    assert_eq!(place.name, "Ann Lee");
    assert_eq!((place.line2, place.region), (None, None));
}

#[test]
fn every_fault_is_told_at_once() {
    let nothing = Changes {
        line2: Some(Some("\u{200b}".into())),
        ..to("US")
    };
    assert_eq!(
        told(&Place::create(&nothing).unwrap_err()),
        [
            "/region must be given in US",
            "/postalCode must be given in US",
            "/name must not be blank",
            "/line1 must not be blank",
            "/line2 must not be blank",
            "/city must not be blank",
        ]
    );
    let long = Changes {
        name: Some("x".repeat(201)),
        line1: Some("a\nb".into()),
        ..berlin()
    };
    assert_eq!(
        told(&Place::create(&long).unwrap_err()),
        [
            "/name must have at most 200 characters",
            "/line1 must hold no control characters",
        ]
    );
}

#[test]
fn a_move_to_another_country_is_held_to_its_rules() {
    let place = Place::create(&berlin()).unwrap();
    assert_eq!(
        told(&place.changed(&to("US")).unwrap_err()),
        ["/region must be given in US"],
        "the postal code happens to be sound in both"
    );
    let moved = Changes {
        region: Some(Some("ny".into())),
        postal_code: Some(Some("10001-1234".into())),
        ..to("US")
    };
    let moved = place.changed(&moved).unwrap();
    assert_eq!(moved.region.as_deref(), Some("NY"));
    assert_eq!(moved.line1, place.line1);
    assert_eq!(
        told(&moved.changed(&to("CA")).unwrap_err()),
        [
            "/region must be a region of CA",
            "/postalCode must be a postal code of CA"
        ]
    );
}

#[test]
fn what_is_given_alone_is_checked_as_far_as_it_can_be() {
    let mut faults = Faults::new();
    let alone = Changes {
        postal_code: Some(Some("x".into())),
        city: Some("  ".into()),
        ..Changes::default()
    };
    alone.check_words(&mut faults);
    assert_eq!(told(&faults), ["/city must not be blank"]);

    let mut faults = Faults::new();
    let with_country = Changes {
        postal_code: Some(None),
        region: Some(Some("XX".into())),
        ..to("CA")
    };
    with_country.check_words(&mut faults);
    assert_eq!(
        told(&faults),
        [
            "/postalCode must be given in CA",
            "/region must be a region of CA"
        ]
    );
}

#[test]
fn a_change_that_changes_nothing_keeps_the_version() {
    let address = Address {
        id: AddressId::derive("", "home"),
        place: Place::create(&berlin()).unwrap(),
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    };
    let later = NOW.plus(Duration::from_secs(1));
    assert_eq!(address.changed(&berlin(), later).unwrap(), address);
    let renamed = Changes {
        name: Some("Bob".into()),
        ..Changes::default()
    };
    let after = address.changed(&renamed, later).unwrap();
    assert_eq!((after.version, after.updated_at), (2, later));
}

#[test]
fn a_book_has_one_default_and_the_first_address_is_it_unless_it_is_not_to_be() {
    let (home, work) = (AddressId::derive("", "home"), AddressId::derive("", "work"));
    let book = |default| Book {
        addresses: Vec::new(),
        default,
    };
    for (default, asked, is_new, after) in [
        (None, None, true, Some(work)),
        (None, Some(false), true, None),
        (None, None, false, None),
        (Some(home), None, true, Some(home)),
        (Some(home), Some(true), true, Some(work)),
        (Some(home), Some(true), false, Some(work)),
        (Some(home), Some(false), false, Some(home)),
        (Some(work), Some(false), false, None),
        (Some(work), None, false, Some(work)),
    ] {
        let found = book(default).default_with(work, asked, is_new);
        assert_eq!(found, after, "{default:?} {asked:?} {is_new}");
    }
}

proptest! {
    /// A place that passed once passes again as it is: rules do not depend on how it was written.
    #[test]
    fn what_passed_passes_again(
        region in proptest::option::of("[A-Za-z]{1,3}"),
        code in "[A-Z0-9 -]{0,10}",
        country in prop::sample::select(vec!["DE", "US", "CA", "GB", "JP", "AE", "NL", "BR"]),
    ) {
        let asked = Changes {
            region: Some(region),
            postal_code: Some(Some(code)),
            country: Some(CountryCode::parse(country).unwrap()),
            ..berlin()
        };
        if let Ok(place) = Place::create(&asked) {
            prop_assert_eq!(&place.changed(&Changes::default()).unwrap(), &place);
        }
    }
}
