use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    key: String,
    id: u64,
}

fn place() -> Place {
    Place {
        key: "c#shoes".to_owned(),
        id: 7,
    }
}

#[test]
fn a_cursor_opens_for_its_own_query_alone() {
    let cursor = Cursor::seal(&place(), "brand=acme&sort=price").unwrap();
    assert_eq!(cursor.open("brand=acme&sort=price"), Ok(place()));
    for other in [
        "",
        "brand=acme",
        "brand=acme&sort=-price",
        "brand=acme&sort=price&",
    ] {
        assert_eq!(cursor.open::<Place>(other), Err(CursorError::OtherQuery));
    }
    let text = serde_json::to_string(&cursor).unwrap();
    assert_eq!(serde_json::from_str::<Cursor>(&text).unwrap(), cursor);
}

#[test]
fn a_position_of_another_shape_is_unreadable() {
    let cursor = Cursor::seal(&(1, 2), "q").unwrap();
    assert_eq!(cursor.open::<Place>("q"), Err(CursorError::Unreadable));
    assert_eq!(cursor.open("q"), Ok((1, 2)));
}

#[test]
fn a_cursor_of_another_version_is_unreadable() {
    let (query, place) = (sum(&[b"q"]), b"1");
    for (version, opened) in [(1, Ok(1)), (2, Err(CursorError::Unreadable))] {
        let whole = sum(&[&[version], &query, place]);
        let bytes = [&[version][..], &query, &whole, place].concat();
        let cursor = Cursor::parse(&URL_SAFE_NO_PAD.encode(bytes)).unwrap();
        assert_eq!(cursor.open::<u64>("q"), opened);
    }
}

#[test]
fn garbage_is_no_cursor() {
    for text in [
        "a",
        "AQ",
        "null",
        "eyJrIjoxfQ",
        "2",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let cursor = Cursor::parse(text).unwrap();
        assert_eq!(
            cursor.open::<Place>("q"),
            Err(CursorError::Unreadable),
            "{text}"
        );
    }
    for text in [
        "",
        "a b",
        "a=",
        "a+b",
        "a/b",
        "é",
        "a\n",
        &"a".repeat(Cursor::MAX + 1),
    ] {
        assert!(Cursor::parse(text).is_err(), "{text:?} was read");
    }
    let endless = Cursor::seal(&"x".repeat(Cursor::MAX), "q");
    assert_eq!(endless, Err(CursorError::Unreadable));
}

#[test]
fn limits_are_1_to_100() {
    assert_eq!(Limit::default().get(), 20);
    for (text, limit) in [("1", 1), ("100", 100), ("020", 20)] {
        assert_eq!(text.parse::<Limit>().unwrap().get(), limit);
    }
    for text in [
        "",
        "0",
        "101",
        "-1",
        "+5",
        "1.0",
        "1e1",
        "ten",
        " 1",
        "99999999999999999999",
    ] {
        assert!(text.parse::<Limit>().is_err(), "{text} was read");
    }
    assert_eq!(serde_json::from_str::<Limit>("5").unwrap().get(), 5);
    for json in ["0", "101", "-1", "1.5", "\"5\"", "256", "257"] {
        assert!(
            serde_json::from_str::<Limit>(json).is_err(),
            "{json} was read"
        );
    }
}

#[test]
fn a_mapped_page_keeps_its_cursor() {
    let next = Cursor::seal(&1, "q").unwrap();
    let page = Page {
        items: vec![1, 2],
        next: Some(next.clone()),
    };
    let page = page.map(|n| n.to_string());
    assert_eq!(
        page,
        Page {
            items: vec!["1".to_owned(), "2".to_owned()],
            next: Some(next)
        }
    );
}

proptest! {
    #[test]
    fn cursors_come_back(key in "\\PC{0,100}", id in any::<u64>(), query in "\\PC{0,100}", other in "\\PC{0,100}") {
        let place = Place { key, id };
        let cursor = Cursor::seal(&place, &query).unwrap();
        prop_assert!(Cursor::parse(cursor.as_str()).is_ok());
        prop_assert_eq!(cursor.open::<Place>(&query), Ok(place));
        if other != query {
            prop_assert_eq!(cursor.open::<Place>(&other), Err(CursorError::OtherQuery));
        }
    }

    #[test]
    fn a_changed_or_cut_cursor_is_unreadable(at in 0_usize..1000, by in 1_usize..64, cut in 1_usize..1000) {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let cursor = Cursor::seal(&place(), "q").unwrap();
        let mut bytes = cursor.as_str().as_bytes().to_vec();
        let at = at % bytes.len();
        let digit = ALPHABET.iter().position(|&c| c == bytes[at]).unwrap();
        bytes[at] = ALPHABET[(digit + by) % 64];
        let changed = Cursor::parse(&String::from_utf8(bytes).unwrap()).unwrap();
        prop_assert_eq!(changed.open::<Place>("q"), Err(CursorError::Unreadable));
        let kept = cursor.as_str().len() - (cut % cursor.as_str().len()).max(1);
        if let Ok(cut) = Cursor::parse(&cursor.as_str()[..kept]) {
            prop_assert_eq!(cut.open::<Place>("q"), Err(CursorError::Unreadable));
        }
    }

    #[test]
    fn no_text_makes_a_cursor_panic(text in "[A-Za-z0-9_-]{1,200}") {
        let opened = Cursor::parse(&text).unwrap().open::<Place>("q");
        prop_assert_eq!(opened, Err(CursorError::Unreadable));
    }
}
