use keshvar::CountryIterator;

use super::*;

fn rules(code: &str) -> Rules {
    Rules::of(CountryCode::parse(code).unwrap())
}

/// Countries with postal codes of theirs, and some that are not.
const POSTAL_CODES: [(&str, &[&str], &[&str]); 32] = [
    (
        "US",
        &["10001", "10001-1234"],
        &["1000", "100011", "ABCDE", "10001-12"],
    ),
    ("CA", &["K1A 0B1", "k1a0b1"], &["K1A", "11A 0B1", "K1A 0BB"]),
    (
        "GB",
        &["SW1A 1AA", "sw1a1aa", "M1 1AE", "EC1A 1BB"],
        &["SW1A", "12345", "ZZ1 1AA"],
    ),
    ("DE", &["10115"], &["1011", "101155", "D-10115", "1011A"]),
    ("FR", &["75001", "75 001"], &["7500", "F-75001"]),
    ("IT", &["00184"], &["184", "0018A"]),
    ("ES", &["28013"], &["2801"]),
    ("NL", &["1012 AB", "1012ab"], &["1012", "AB 1012"]),
    ("BE", &["1000"], &["10000"]),
    ("AT", &["1010"], &["10100"]),
    ("CH", &["8001"], &["80011"]),
    ("SE", &["111 22", "11122"], &["1112"]),
    ("NO", &["0150"], &["150"]),
    ("DK", &["1050"], &["10500"]),
    ("FI", &["00100"], &["100"]),
    ("PL", &["00-001"], &["00001", "0-0001"]),
    ("CZ", &["110 00", "11000"], &["1100"]),
    ("PT", &["1000-001"], &["1000001", "1000"]),
    ("IE", &["D02 AF30", "d02af30"], &["D02", "D0 AF30"]),
    ("GR", &["104 31", "10431"], &["1043"]),
    ("HU", &["1011"], &["10111"]),
    ("RO", &["010011"], &["10011"]),
    ("AU", &["2000"], &["200", "20000"]),
    ("NZ", &["1010"], &["101"]),
    ("JP", &["100-0001", "1000001"], &["100-001", "10-00001"]),
    ("KR", &["04524"], &["045-24", "4524"]),
    ("IN", &["110001"], &["11001"]),
    ("CN", &["100000"], &["10000"]),
    ("BR", &["01310-100", "01310100"], &["01310", "0131-0100"]),
    ("MX", &["06000"], &["6000"]),
    ("SG", &["018956"], &["18956"]),
    ("ZA", &["0001"], &["1"]),
];

#[test]
fn postal_codes_have_their_countrys_form() {
    for (country, sound, unsound) in POSTAL_CODES {
        let rules = rules(country);
        for code in sound {
            let kept = rules.postal_code(Some(code)).unwrap();
            assert_eq!(kept, Some(code.to_ascii_uppercase()), "{country} {code}");
        }
        for code in unsound {
            let refused = rules.postal_code(Some(code));
            assert_eq!(
                refused,
                Err(format!("must be a postal code of {country}")),
                "{code}"
            );
        }
        for nothing in [None, Some(""), Some("  ")] {
            let refused = rules.postal_code(nothing);
            assert_eq!(refused, Err(format!("must be given in {country}")));
        }
    }
}

#[test]
fn where_there_are_no_postal_codes_none_is_needed() {
    for country in ["AE", "HK"] {
        assert_eq!(rules(country).postal_code(None), Ok(None), "{country}");
        assert_eq!(
            rules(country).postal_code(Some("00000")),
            Ok(Some("00000".to_owned())),
            "{country}: some shops' forms want one all the same"
        );
        assert!(rules(country).postal_code(Some("<script>")).is_err());
    }
}

/// Regions as people write them.
const REGIONS: [(&str, &[&str]); 21] = [
    ("AR", &["Córdoba", "Cordoba", "B", "CABA"]),
    ("AT", &["Wien", "Vienna", "Niederösterreich"]),
    ("AU", &["NSW", "New South Wales", "vic", "ACT"]),
    ("BR", &["SP", "São Paulo", "Sao Paulo"]),
    ("CA", &["ON", "Ontario", "QC", "Québec", "Quebec"]),
    ("CH", &["ZH", "Zürich", "Geneva", "St. Gallen"]),
    ("CN", &["Guangdong", "Beijing"]),
    ("DE", &["BY", "Bayern", "Bavaria", "Saxony", "Thüringen"]),
    ("DK", &["Hovedstaden"]),
    ("ES", &["Madrid", "Barcelona", "Navarra", "M", "Catalunya"]),
    ("FI", &["Uusimaa", "Lappi"]),
    (
        "IN",
        &["MH", "Maharashtra", "Delhi", "Karnataka", "Telangana"],
    ),
    ("IT", &["RM", "MI", "Roma", "Milano"]),
    ("JP", &["13", "Tokyo", "Osaka", "Hokkaido"]),
    ("KR", &["Seoul", "11", "Gyeonggi-do"]),
    (
        "MX",
        &["JAL", "Jalisco", "Nuevo León", "Nuevo Leon", "CDMX"],
    ),
    ("NZ", &["AUK", "Auckland"]),
    ("PL", &["Mazowieckie", "mazowieckie"]),
    ("PT", &["Lisboa", "Porto"]),
    (
        "US",
        &[
            "NY",
            "ny",
            "New York",
            "US-NY",
            "district of columbia",
            "DC",
            "PR",
            "AE",
        ],
    ),
    ("ZA", &["GP", "Gauteng", "Western Cape"]),
];

#[test]
fn regions_are_known_by_code_and_by_name() {
    assert_eq!(
        REGIONS.map(|(country, _)| country),
        CHECKED,
        "every one is tried"
    );
    for (country, regions) in REGIONS {
        for region in regions {
            let kept = rules(country).region(Some(region));
            assert!(matches!(kept, Ok(Some(_))), "{country} {region}: {kept:?}");
        }
        for region in ["XX", "Atlantis", "US-XX"] {
            let refused = rules(country).region(Some(region));
            assert_eq!(
                refused,
                Err(format!("must be a region of {country}")),
                "{region}"
            );
        }
    }
}

#[test]
fn a_code_is_kept_in_upper_case_and_a_name_as_it_was_given() {
    assert_eq!(rules("US").region(Some(" ny ")), Ok(Some("NY".to_owned())));
    assert_eq!(
        rules("US").region(Some("new York")),
        Ok(Some("new York".to_owned()))
    );
}

#[test]
fn a_region_is_needed_where_mail_does_not_arrive_without() {
    for country in NEEDED {
        let refused = rules(country).region(None);
        assert_eq!(refused, Err(format!("must be given in {country}")));
    }
    for country in ["DE", "FR", "GB", "JP", "IT", "IE"] {
        assert_eq!(rules(country).region(None), Ok(None), "{country}");
    }
}

#[test]
fn where_regions_go_by_many_names_any_word_is_one() {
    for (country, region) in [
        ("DE", "Bayern"),
        ("FR", "Île-de-France"),
        ("GB", "Greater London"),
    ] {
        assert_eq!(
            rules(country).region(Some(region)),
            Ok(Some(region.to_owned()))
        );
    }
}

#[test]
fn every_country_of_the_iso_list_can_be_asked() {
    let mut forms = 0;
    let mut known = 0;
    for country in CountryIterator::new() {
        if let Some(form) = country.postal_code_format() {
            Regex::new(&format!("^(?:{form})$")).unwrap_or_else(|error| panic!("{form}: {error}"));
            forms += 1;
        }
        let Ok(code) = CountryCode::parse(&country.alpha2().to_string()) else {
            continue;
        };
        known += 1;
        // Nothing here may panic, whatever comes.
        let _ = rules(code.as_str()).postal_code(Some("1"));
        let _ = rules(code.as_str()).region(Some("1"));
    }
    assert!(
        forms > 150 && known == 249,
        "{forms} forms, {known} countries"
    );
}
