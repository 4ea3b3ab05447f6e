use proptest::prelude::*;

use super::*;

#[test]
fn addresses_are_brought_to_one_form() {
    for (given, kept, canonical) in [
        ("ann@example.com", "ann@example.com", "ann@example.com"),
        ("  ann@example.com\n", "ann@example.com", "ann@example.com"),
        (
            "Ann.Lee@EXAMPLE.Com",
            "Ann.Lee@example.com",
            "ann.lee@example.com",
        ),
        (
            "ann+shop@example.com",
            "ann+shop@example.com",
            "ann+shop@example.com",
        ),
        (
            "ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "ann@example.com",
            "ann@example.com",
        ),
        (
            "o'hara@mail.example.co.uk",
            "o'hara@mail.example.co.uk",
            "o'hara@mail.example.co.uk",
        ),
        (
            "x@xn--bcher-kva.example",
            "x@xn--bcher-kva.example",
            "x@xn--bcher-kva.example",
        ),
        ("1@3com.com", "1@3com.com", "1@3com.com"),
    ] {
        let email = Email::parse(given).unwrap();
        assert_eq!(
            (email.as_str(), email.canonical().as_str()),
            (kept, canonical)
        );
        assert_eq!(
            Email::parse(kept),
            Ok(email.clone()),
            "the kept form is stable"
        );
        let json = serde_json::to_string(&email).unwrap();
        assert_eq!(serde_json::from_str::<Email>(&json).unwrap(), email);
    }
}

#[test]
fn what_cannot_be_written_to_is_refused() {
    let long_local = format!("{}@example.com", "a".repeat(65));
    let long_label = format!("a@{}.com", "a".repeat(64));
    let long = format!("{}@{}example.com", "a".repeat(64), "abcdefghi.".repeat(18));
    assert!(long.len() > Email::MAX);
    for text in [
        "",
        " ",
        "@",
        "ann",
        "ann@",
        "@example.com",
        "ann@example",
        "ann@localhost",
        "a@b@c.com",
        ".ann@example.com",
        "ann.@example.com",
        "a..b@example.com",
        "ann@.com",
        "ann@example..com",
        "ann@example.com.",
        "ann@-example.com",
        "ann@example-.com",
        "ann@exa_mple.com",
        "ann @example.com",
        "ann@exam ple.com",
        "\"a b\"@example.com",
        "ann@[127.0.0.1]",
        "ann@127.0.0.1",
        "ann@10.20.30.40",
        "ann@example.c",
        "ann@example.com\r\nBcc: x@y.com",
        "ann\u{0}@example.com",
        "jörg@example.com",
        "ann@bücher.example",
        "аnn@example.com",
        "<ann@example.com>",
        "Ann <ann@example.com>",
        "ann,bob@example.com",
        "ann@example.com,bob@example.com",
        &long_local,
        &long_label,
        &long,
        &"x".repeat(100_000),
        &format!("{}ann@example.com", " ".repeat(2000)),
    ] {
        assert!(Email::parse(text).is_err(), "{text:?} was read");
    }
    let most = format!(
        "{}@{}.com",
        "a".repeat(64),
        ["b".repeat(61), "c".repeat(61), "d".repeat(61)].join(".")
    );
    assert!(most.len() <= Email::MAX && Email::parse(&most).is_ok());
}

proptest! {
    #[test]
    fn case_never_makes_two_accounts(local in "[a-zA-Z0-9]{1,20}", domain in "[a-z]{1,9}\\.[a-z]{2,5}", flips in any::<u64>()) {
        let address = format!("{local}@{domain}");
        let flipped: String = address.chars().enumerate()
            .map(|(at, c)| if flips >> (at % 64) & 1 == 1 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        prop_assert_eq!(Email::parse(&address).unwrap().canonical(), Email::parse(&flipped).unwrap().canonical());
    }

    #[test]
    fn whatever_is_read_is_plain_and_stable(text in "\\PC{0,30}@\\PC{0,30}") {
        if let Ok(email) = Email::parse(&text) {
            prop_assert!(email.as_str().bytes().all(|b| b.is_ascii_graphic()));
            prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
            prop_assert_eq!(Email::parse(&email.canonical()).unwrap().canonical(), email.canonical());
        }
    }
}
