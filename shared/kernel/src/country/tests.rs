use super::*;

#[test]
fn assigned_codes_are_read_and_others_are_not() {
    assert!(ASSIGNED.is_sorted(), "the search by halves needs order");
    for code in ASSIGNED {
        assert_eq!(CountryCode::parse(code).unwrap().as_str(), code);
    }
    // Reserved, withdrawn, for private use, and what is no code at all.
    for code in [
        "UK", "EU", "SU", "YU", "AN", "XX", "ZZ", "XK", "de", "", "D", "DEU", "Dé",
    ] {
        assert!(CountryCode::parse(code).is_err(), "{code} was read");
    }
}
