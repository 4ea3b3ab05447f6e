use proptest::prelude::*;

use super::*;

#[test]
fn slugs_are_read_as_they_stand() {
    for text in ["a", "0", "red-running-shoes", "a-1-b", &"a".repeat(100)] {
        assert_eq!(Slug::parse(text).unwrap().as_str(), text);
    }
    for text in [
        "",
        "-",
        "-a",
        "a-",
        "a--b",
        "A",
        "a b",
        "a_b",
        "é",
        "a/b",
        "a.b",
        "a\n",
        &"a".repeat(101),
        "prod_01aryz6s41tsv4rrffq69g5fav",
    ] {
        assert!(Slug::parse(text).is_err(), "{text:?} was read");
    }
}

#[test]
fn slugs_are_made_of_names_in_any_script() {
    for (name, slug) in [
        ("Red Running Shoes", "red-running-shoes"),
        ("  Köhler & Söhne  ", "kohler-sohne"),
        ("Köhler & Söhne №5", "kohler-sohne-no5"),
        ("Café crème – 250 g", "cafe-creme-250-g"),
        ("O'Neill's T-Shirt (M)", "oneills-t-shirt-m"),
        ("Ångström 10%", "angstrom-10"),
        ("Москва", "moskva"),
        ("北京", "bei-jing"),
        ("straße", "strasse"),
        ("a/b\\c?d#e", "a-b-c-d-e"),
        ("ＦＵＬＬ　ＷＩＤＴＨ", "full-width"),
    ] {
        assert_eq!(
            Slug::from_name(name).map(|s| s.to_string()),
            Some(slug.to_owned()),
            "{name}"
        );
    }
    for name in ["", "   ", "!!!", "---", "\u{200b}"] {
        assert_eq!(Slug::from_name(name), None, "{name:?}");
    }
    let long = Slug::from_name(&"shoe ".repeat(50)).unwrap();
    assert!(long.as_str().len() <= Slug::MAX && Slug::parse(long.as_str()).is_ok());
}

#[test]
fn a_taken_slug_gives_way_within_its_length() {
    let two = Slug::parse("2").unwrap();
    let shoes = Slug::parse("shoes").unwrap();
    assert_eq!(shoes.with_suffix(&two).as_str(), "shoes-2");
    let long = Slug::parse(&"a".repeat(100)).unwrap().with_suffix(&two);
    assert_eq!(long.as_str(), format!("{}-2", "a".repeat(98)));
    let tail = Slug::parse(&"z".repeat(100)).unwrap();
    assert_eq!(shoes.with_suffix(&tail), tail);
}

#[test]
fn skus_are_64_plain_characters() {
    for text in [
        "a",
        "SHOE-RED_42.b",
        "prod_01aryz6s41tsv4rrffq69g5fav",
        &"x".repeat(64),
    ] {
        assert_eq!(Sku::parse(text).unwrap().as_str(), text);
    }
    for text in [
        "",
        " ",
        "a b",
        "a/b",
        "a#b",
        "ä",
        "a\u{0}",
        "~outbox",
        &"x".repeat(65),
    ] {
        assert!(Sku::parse(text).is_err(), "{text:?} was read");
    }
}

#[test]
fn gtins_have_their_check_digit() {
    // The examples of GS1's own pages, and numbers off real goods.
    for text in [
        "96385074",
        "73513537",
        "614141999996",
        "036000291452",
        "4006381333931",
        "9780201379624",
        "5901234123457",
        "00012345600012",
        "10614141000415",
        "00000000",
    ] {
        assert_eq!(Gtin::parse(text).unwrap().as_str(), text);
    }
    for text in [
        "",
        "96385075",
        "4006381333932",
        "400638133393",
        "40063813339310",
        "4006381333931 ",
        "400638133393X",
        "978-0201379624",
        "４００６３８１３３３９３１",
        "+006381333931",
        "9638507",
    ] {
        assert!(Gtin::parse(text).is_err(), "{text} was read");
    }
    assert_eq!(Gtin::parse("96385074").unwrap().gtin14(), "00000096385074");
}

proptest! {
    #[test]
    fn one_wrong_digit_is_always_seen(digits in "[0-9]{13}", at in 0_usize..13, by in 1_u8..10) {
        let sum: u32 = digits.bytes().rev().zip([3, 1].into_iter().cycle())
            .map(|(d, w)| u32::from(d - b'0') * w).sum();
        let gtin = format!("{digits}{}", (10 - sum % 10) % 10);
        prop_assert!(Gtin::parse(&gtin).is_ok());
        prop_assert!(Gtin::parse(&Gtin::parse(&gtin).unwrap().gtin14()).is_ok());
        let mut wrong = gtin.into_bytes();
        wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
        prop_assert!(Gtin::parse(&String::from_utf8(wrong).unwrap()).is_err());
    }

    #[test]
    fn whatever_a_name_makes_is_a_slug(name in "\\PC{0,200}", suffix in "[a-z0-9]{1,9}") {
        if let Some(slug) = Slug::from_name(&name) {
            prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()));
            let next = slug.with_suffix(&Slug::parse(&suffix).unwrap());
            prop_assert_eq!(Slug::parse(next.as_str()), Ok(next.clone()));
            prop_assert!(next.as_str().ends_with(&suffix));
            prop_assert_eq!(Slug::from_name(slug.as_str()), Some(slug));
        }
    }
}
