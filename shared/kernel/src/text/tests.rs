use proptest::prelude::*;

use super::*;

#[test]
fn the_same_words_fold_to_the_same_text() {
    for (a, b) in [
        ("STRASSE", "straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Cafe\u{301}", "CAFÉ"),
        ("ﬁne", "FINE"),
        ("Ｗｉｄｅ", "wide"),
        ("№5", "No5"),
    ] {
        assert_eq!(fold(a), fold(b), "{a} and {b}");
    }
    assert_eq!(
        fold("ΰ"),
        "ΰ",
        "folding takes it apart, and it is put together again"
    );
    assert_ne!(fold("resume"), fold("résumé"), "accents count");
    assert_ne!(fold("ı"), fold("i̇"), "a dot counts where it is written");
}

#[test]
fn sort_keys_are_short_and_tidy() {
    assert_eq!(sort_key("  Red \t  Running\nShoes "), "red running shoes");
    assert_eq!(sort_key(""), "");
    assert_eq!(sort_key(" \u{a0} "), "");
    assert_eq!(sort_key("a\u{0}b"), "ab");
    assert_eq!(
        sort_key(&"abc ".repeat(40)).chars().count(),
        63,
        "no gap at the end"
    );
    assert_eq!(sort_key(&"é".repeat(100)).chars().count(), SORT_KEY_MAX);
}

proptest! {
    #[test]
    fn keys_hold_their_length_and_stay_as_they_are(text in "\\PC{0,120}") {
        let key = sort_key(&text);
        prop_assert!(key.chars().count() <= SORT_KEY_MAX);
        prop_assert_eq!(key.trim(), key.as_str());
        prop_assert!(!key.contains("  ") && !key.chars().any(char::is_control));
    }

    #[test]
    fn case_does_not_count(text in "[a-zA-Zàéîõüß ]{0,40}") {
        prop_assert_eq!(sort_key(&text), sort_key(&text.to_uppercase()));
        prop_assert_eq!(sort_key(&text), sort_key(&text.to_lowercase()));
    }
}
