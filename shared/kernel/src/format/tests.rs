use schemars::JsonSchema;
use serde_json::Value;

use super::*;
use crate::{Limit, ProductId, Quantity};

#[test]
fn formats_pass_and_refuse() {
    let long = format!("https://a.example/{}", "a".repeat(2048));
    for (name, good, bad) in [
        (
            "decimal",
            &["0", "99.99", "1.250"][..],
            &["", "1e3", "-1", "+1", "abc", "01", "1234567890123456789"][..],
        ),
        ("sku", &["A-1"], &["", "a b"]),
        ("slug", &["a-1"], &["", "A"]),
        ("gtin", &["4006381333931"], &["4006381333932"]),
        ("currency", &["USD"], &["usd", "XAU"]),
        ("country", &["DE"], &["UK"]),
        ("email", &["a@b.example"], &["a@b"]),
        ("permission", &["*", "a:b"], &["a"]),
        ("cursor", &["AQ"], &["a="]),
        (
            "token",
            &["YSBndWVzdCdzIGNhcnQsIGZvciB0aGlzIGV4YW1wbGU"],
            &["", "YSBndWVzdCdz"],
        ),
        ("date-time", &["2026-01-31T09:05:07Z"], &["2026-01-31"]),
        (
            "date",
            &["2026-01-31", "2024-02-29"],
            &["2026-02-29", "2026-1-31", "2026-01-31T09:05:07Z", ""],
        ),
        (
            "phone",
            &["+4930123456", "+12025550123"],
            &[
                "030123456",
                "+0123456789",
                "+49 30 1",
                "+1234567890123456",
                "",
            ],
        ),
        (
            "uri",
            &[
                "https://a.example",
                "http://localhost:8080/x?y=z#f",
                "https://[::1]:80/",
                "https://[::1]/",
                "https://a.example/%20",
            ],
            &[
                "",
                "a.example",
                "ftp://a.example",
                "javascript:alert(1)",
                "https://",
                "https:///x",
                "https://a b/",
                "https://a.example/\"",
                "https://u:p@a.example/",
                "https://u@a.example/",
                "//a.example",
                "https://a.example:99999/",
                &long,
                "https://a.example/\n",
                "https://é.example/",
                "HTTPS://a.example",
                "https://..",
            ],
        ),
        (
            "prod-id",
            &["prod_01aryz6s41tsv4rrffq69g5fav"],
            &["ord_01aryz6s41tsv4rrffq69g5fav", "prod_", ""],
        ),
    ] {
        for text in good {
            assert_eq!(check(name, text), Some(Ok(())), "{name} {text}");
        }
        for text in bad {
            let rule = check(name, text).unwrap().unwrap_err();
            assert!(
                rule.starts_with("must ") || rule.starts_with("is "),
                "{name} {text}: {rule}"
            );
        }
    }
    assert_eq!(check("uuid", "x"), None);
    assert_eq!(check("", "x"), None);
    for name in NAMES {
        assert!(
            check(name, "\u{0}").unwrap().is_err(),
            "{name} takes anything"
        );
    }
}

/// Every `format` our schemas name is one that `check` knows, and passes the schema's examples.
#[test]
fn schemas_name_known_formats_and_their_examples_pass() {
    fn string_schemas<'a>(schema: &'a Value, into: &mut Vec<&'a Value>) {
        into.extend(schema.get("format").is_some().then_some(schema));
        for branch in schema
            .get("anyOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            string_schemas(branch, into);
        }
    }
    fn of<T: JsonSchema>() -> Value {
        schemars::schema_for!(T).to_value()
    }
    let mut seen = 0;
    for schema in [
        of::<Amount>(),
        of::<CurrencyCode>(),
        of::<CountryCode>(),
        of::<Email>(),
        of::<Gtin>(),
        of::<Sku>(),
        of::<Slug>(),
        of::<Permission>(),
        of::<Cursor>(),
        of::<Timestamp>(),
        of::<ProductId>(),
    ] {
        let mut found = Vec::new();
        string_schemas(&schema, &mut found);
        assert!(!found.is_empty(), "{schema} has no format");
        for part in found {
            let name = part["format"].as_str().unwrap();
            assert!(check(name, "").is_some(), "{name} is not known");
            for example in part
                .get("examples")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                assert_eq!(check(name, example.as_str().unwrap()), Some(Ok(())));
                seen += 1;
            }
        }
    }
    assert!(seen >= 9, "only {seen} examples");
    assert_eq!(of::<Quantity>()["minimum"], 1);
    assert_eq!(of::<Limit>()["maximum"], 100);
}
