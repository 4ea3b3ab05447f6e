use proptest::prelude::*;

use super::*;

#[test]
fn times_are_written_in_utc_with_milliseconds() {
    for (millis, text) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_769_850_307_042, "2026-01-31T09:05:07.042Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
        (Timestamp::MIN.millis(), "0000-01-01T00:00:00.000Z"),
        (Timestamp::MAX.millis(), "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(Timestamp::from_millis(millis).to_string(), text);
        assert_eq!(Timestamp::parse(text).unwrap().millis(), millis);
    }
}

#[test]
fn any_offset_is_read() {
    let nine = Timestamp::parse("2026-01-31T09:05:07.042Z").unwrap();
    for text in [
        "2026-01-31T10:05:07.042+01:00",
        "2026-01-31T03:35:07.042-05:30",
        "2026-01-31t09:05:07.042z",
        "2026-01-31T09:05:07.0429999Z",
    ] {
        assert_eq!(Timestamp::parse(text), Ok(nine), "{text}");
    }
    let before = Timestamp::parse("1969-12-31T23:59:59.9995Z").unwrap();
    assert_eq!(before.millis(), -1, "dropped, not rounded, before 1970 too");
    for text in [
        "",
        "2026-01-31",
        "2026-01-31T09:05:07",
        "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-1-31T09:05:07Z",
        "1769850307042",
        " 2026-01-31T09:05:07Z",
        "2026-01-31T09:05:07Z ",
        "2026-01-31T09:05:07,5Z",
        "0000-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "+2026-01-31T09:05:07Z",
    ] {
        assert!(Timestamp::parse(text).is_err(), "{text:?} was read");
    }
}

#[test]
fn times_move_and_stop_at_the_ends() {
    let second = Duration::from_secs(1);
    let t = Timestamp::from_seconds(100);
    assert_eq!(t.plus(second).seconds(), 101);
    assert_eq!(t.minus(second).millis(), 99_000);
    assert_eq!(t.plus(second).since(t), second);
    assert_eq!(t.since(t.plus(second)), Duration::ZERO);
    assert_eq!(Timestamp::MAX.plus(Duration::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.minus(Duration::MAX), Timestamp::MIN);
    assert_eq!(Timestamp::from_millis(-1).seconds(), -1);
    assert_eq!(Timestamp::from_seconds(i64::MAX), Timestamp::MAX);
}

#[test]
fn clocks_tell_the_time() {
    let clock = FixedClock::at(Timestamp::from_seconds(5));
    assert_eq!(
        (clock.now(), clock.now()),
        (Timestamp::from_seconds(5), Timestamp::from_seconds(5))
    );
    clock.advance(Duration::from_millis(1500));
    assert_eq!(clock.now().millis(), 6500);
    // After this was written, and before anyone's grandchildren read it.
    let now = SystemClock.now();
    assert!(now > Timestamp::parse("2025-01-01T00:00:00Z").unwrap());
    assert!(now < Timestamp::parse("2100-01-01T00:00:00Z").unwrap());
}

proptest! {
    #[test]
    fn times_come_back_and_sort_as_text(
        a in Timestamp::MIN.millis()..=Timestamp::MAX.millis(),
        b in Timestamp::MIN.millis()..=Timestamp::MAX.millis(),
    ) {
        let (a, b) = (Timestamp::from_millis(a), Timestamp::from_millis(b));
        prop_assert_eq!(Timestamp::parse(&a.to_string()), Ok(a));
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&serde_json::to_string(&a).unwrap()).unwrap(), a);
        prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
    }
}
