use std::time::Duration;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn sku(name: &str) -> Sku {
    Sku::parse(name).unwrap()
}

fn units(of: &[(&str, u64)]) -> Units {
    of.iter().map(|(name, n)| (sku(name), *n)).collect()
}

fn part(name: &str, bucket: u8, quantity: u64) -> Part {
    Part {
        sku: sku(name),
        bucket,
        quantity,
    }
}

fn reservation(state: State) -> Reservation {
    let parts = vec![part("A", 0, 2), part("B", 3, 1), part("B", 4, 1)];
    let id = ReservationId::derive("", "one");
    Reservation {
        state,
        ..Reservation::held(id, parts, NOW.plus(Duration::from_secs(900)))
    }
}

#[test]
fn lines_of_one_sku_are_summed() {
    let line = |name: &str, n| Line {
        sku: sku(name),
        quantity: Quantity::new(n).unwrap(),
    };
    let lines = [line("A", 1), line("B", 2), line("A", u64::from(u32::MAX))];
    assert_eq!(summed(&lines), units(&[("A", 4_294_967_296), ("B", 2)]));
}

#[test]
fn every_state_knows_what_to_do_when_it_is_asked_for_again() {
    let later = NOW.plus(Duration::from_secs(900));
    let same = units(&[("A", 2), ("B", 2)]);
    let cases = [
        (State::Held, NOW, Ok(Holding::Done)),
        (State::Held, later, Ok(Holding::Longer)),
        (State::Committed, later, Ok(Holding::Done)),
        (State::Lapsed, NOW, Ok(Holding::Anew)),
        (State::Released, NOW, Err(Refusal::Released)),
    ];
    for (state, now, expected) in cases {
        assert_eq!(reservation(state).again(&same, now), expected, "{state:?}");
    }
    let other = reservation(State::Held).again(&units(&[("A", 2)]), NOW);
    assert_eq!(other, Err(Refusal::OtherLines));
    let gone = Reservation::never(ReservationId::derive("", "one"), NOW);
    assert_eq!(gone.again(&same, NOW), Err(Refusal::Released));
}

#[test]
fn every_state_knows_what_to_do_when_it_is_to_last_longer() {
    let (shorter, longer) = (NOW, NOW.plus(Duration::from_secs(901)));
    let cases = [
        (State::Held, shorter, Ok(Holding::Done)),
        (State::Held, longer, Ok(Holding::Longer)),
        (State::Lapsed, longer, Ok(Holding::Anew)),
        (State::Committed, longer, Err(Refusal::Committed)),
        (State::Released, longer, Err(Refusal::Released)),
    ];
    for (state, until, expected) in cases {
        assert_eq!(reservation(state).extended(until), expected, "{state:?}");
    }
}

#[test]
fn no_more_comes_back_than_was_sold() {
    let sold = reservation(State::Committed);
    let (once, back) = sold.restocking(&units(&[("A", 1), ("B", 2)])).unwrap();
    assert_eq!(back, [part("A", 0, 1), part("B", 3, 2)]);
    assert_eq!(once.version, sold.version + 1);
    let twice = once.restocking(&units(&[("A", 1)])).unwrap().0;
    assert_eq!(twice.restocking(&units(&[("A", 1)])), Err((sku("A"), 0)));
    assert_eq!(once.restocking(&units(&[("A", 2)])), Err((sku("A"), 1)));
    assert_eq!(once.restocking(&units(&[("C", 1)])), Err((sku("C"), 0)));
}
