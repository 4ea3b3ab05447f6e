//! The next set of signing keys. Pure: what is given, and what becomes of it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws::{KeySet, SigningKey};
use kernel::Timestamp;

/// How long a key is published before it signs: gateways and others keep the set for two hours.
const KNOWN: Duration = Duration::from_hours(2);
/// The same in need: our own verifiers look for a key that they do not know twice a minute.
const KNOWN_TO_US: Duration = Duration::from_secs(35);

/// How urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The current key is as good as ever, and its tokens stay good.
    None,
    /// Somebody else may have the current key: its tokens must end now.
    Leaked,
}

/// What a rotation comes to.
#[derive(Debug)]
pub enum Turn {
    /// The set that replaces the present one.
    Now(KeySet),
    /// The next key is not known long enough yet.
    Later(Duration),
}

/// Makes the next key current and adds another next one. Retired keys stay while a token of theirs
/// may be good. Of an empty set come a current and a next key at once.
pub fn turn(
    present: &KeySet,
    need: Need,
    now: Timestamp,
    mut make: impl FnMut() -> Result<SigningKey>,
) -> Result<Turn> {
    if present.keys.is_empty() {
        let (current, next) = (make()?, make()?);
        return Ok(Turn::Now(KeySet {
            current: current.kid.clone(),
            keys: vec![current, next],
        }));
    }
    let current = present.current().context("the set has no current key")?;
    let waiting = |key: &&SigningKey| key.kid != current.kid && key.retired_at.is_none();
    let Some(next) = present.keys.iter().find(waiting) else {
        bail!("the set has no next key");
    };
    let must = match need {
        Need::None => KNOWN,
        Need::Leaked => KNOWN_TO_US,
    };
    let known = now.since(next.made_at);
    if known < must {
        return Ok(Turn::Later(must - known));
    }
    let published = |key: &SigningKey| {
        key.retired_at
            .is_none_or(|retired| now.since(retired) < KeySet::PUBLISHED)
    };
    let mut keys: Vec<SigningKey> = present
        .keys
        .iter()
        .filter(|key| need == Need::None || key.kid != current.kid)
        .filter(|key| published(key))
        .cloned()
        .collect();
    for key in keys.iter_mut().filter(|key| key.kid == current.kid) {
        key.retired_at = Some(now);
    }
    let current = next.kid.clone();
    keys.push(make()?);
    Ok(Turn::Now(KeySet { current, keys }))
}

/// The set in which this key is current: the present one where it is already, else a set in which
/// it stands before what there was. For a local stage, whose key is a file of its developer's.
pub fn adopt(
    present: &KeySet,
    key: SigningKey,
    now: Timestamp,
    make: impl FnOnce() -> Result<SigningKey>,
) -> Result<KeySet> {
    if present.current == key.kid {
        return Ok(present.clone());
    }
    let mut keys: Vec<SigningKey> = present
        .keys
        .iter()
        .filter(|held| held.kid != key.kid)
        .cloned()
        .collect();
    for held in &mut keys {
        held.retired_at.get_or_insert(now);
    }
    let current = key.kid.clone();
    keys.extend([key, make()?]);
    Ok(KeySet { current, keys })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(hours: u32) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000).plus(HOUR * hours)
    }

    /// Makes keys that are named in order.
    fn maker(from: u32, made_at: Timestamp) -> impl FnMut() -> Result<SigningKey> {
        let mut number = from;
        move || {
            number += 1;
            Ok(SigningKey {
                kid: format!("k{number}"),
                pem: String::new(),
                made_at,
                retired_at: None,
            })
        }
    }

    fn turned(present: &KeySet, need: Need, now: Timestamp, from: u32) -> KeySet {
        match turn(present, need, now, maker(from, now)).unwrap() {
            Turn::Now(set) => set,
            Turn::Later(wait) => panic!("to wait {wait:?}"),
        }
    }

    fn kids(set: &KeySet) -> Vec<&str> {
        set.keys.iter().map(|key| key.kid.as_str()).collect()
    }

    #[test]
    fn a_key_is_published_for_a_whole_turn_before_it_signs_and_until_its_tokens_have_ended() {
        let first = turned(&KeySet::default(), Need::None, at(0), 0);
        assert_eq!(
            (first.current.as_str(), kids(&first)),
            ("k1", vec!["k1", "k2"])
        );
        let second = turned(&first, Need::None, at(2), 2);
        assert_eq!(
            (second.current.as_str(), kids(&second)),
            ("k2", vec!["k1", "k2", "k3"])
        );
        assert_eq!(second.keys[0].retired_at, Some(at(2)));
        // A day and an hour after it retired, and no sooner.
        let early = turned(&second, Need::None, at(26), 3);
        assert_eq!(kids(&early), ["k1", "k2", "k3", "k4"]);
        let late = turned(&second, Need::None, at(27), 3);
        assert_eq!(kids(&late), ["k2", "k3", "k4"]);
    }

    #[test]
    fn a_key_that_others_cannot_know_yet_does_not_sign() {
        let first = turned(&KeySet::default(), Need::None, at(0), 0);
        let early = turn(&first, Need::None, at(1), maker(2, at(1))).unwrap();
        assert!(
            matches!(early, Turn::Later(wait) if wait == HOUR),
            "{early:?}"
        );
        let soon = at(0).plus(Duration::from_secs(5));
        let leaked = turn(&first, Need::Leaked, soon, maker(2, soon)).unwrap();
        assert!(
            matches!(leaked, Turn::Later(wait) if wait == Duration::from_secs(30)),
            "{leaked:?}"
        );
    }

    #[test]
    fn a_leaked_key_is_dropped_at_once_and_earlier_ones_stay() {
        let second = turned(
            &turned(&KeySet::default(), Need::None, at(0), 0),
            Need::None,
            at(2),
            2,
        );
        let third = turned(&second, Need::Leaked, at(3), 3);
        assert_eq!(
            (third.current.as_str(), kids(&third)),
            ("k3", vec!["k1", "k3", "k4"])
        );
    }

    #[test]
    fn a_developers_key_becomes_current_once_and_what_was_there_retires() {
        let own = || SigningKey {
            kid: "own".to_owned(),
            ..maker(0, at(0))().unwrap()
        };
        let fresh = adopt(&KeySet::default(), own(), at(0), maker(0, at(0))).unwrap();
        assert_eq!(
            (fresh.current.as_str(), kids(&fresh)),
            ("own", vec!["own", "k1"])
        );
        assert_eq!(adopt(&fresh, own(), at(1), maker(1, at(1))).unwrap(), fresh);
        let turned = turned(&fresh, Need::None, at(2), 1);
        let back = adopt(&turned, own(), at(3), maker(2, at(3))).unwrap();
        assert_eq!(back.current, "own");
        assert!(
            back.keys.iter().all(|key| {
                key.retired_at.is_some() == ["k1", "k2"].contains(&key.kid.as_str())
            })
        );
    }
}
