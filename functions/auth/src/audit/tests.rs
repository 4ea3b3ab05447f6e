use kernel::{Email, Role};
use proptest::prelude::*;

use super::*;
use crate::user::{AdminChanges, PasswordHash, Registration};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn key() -> SealingKey {
    SealingKey::of_secret("ann's own").unwrap()
}

fn ann() -> User {
    let registration = Registration {
        id: UserId::derive("", "ann"),
        email: Email::parse("ann@example.com").unwrap(),
        name: "Ann".into(),
        phone: None,
        password: PasswordHash::NONE,
    };
    User::register(registration, NOW)
}

fn admin() -> Actor {
    Actor::User(UserId::derive("", "admin"))
}

/// Writes a record of what an administrator does.
fn administer(user: &User, asked: AdminChanges) -> (Record, User) {
    let mut after = user.administered(&asked, NOW);
    let next = Record::next(user, &after, admin(), Action::Administered, &key());
    let (record, head) = next.unwrap();
    after.audited = head;
    (record, after)
}

/// Five records, and the user that they are about.
fn chain() -> (Vec<Record>, User) {
    let mut user = ann();
    let mut records = Vec::new();
    for asked in [
        AdminChanges {
            role: Some(Role::Manager),
            ..AdminChanges::default()
        },
        AdminChanges {
            name: Some("Ann Lee".into()),
            ..AdminChanges::default()
        },
        AdminChanges {
            suspended: Some(true),
            ..AdminChanges::default()
        },
        AdminChanges {
            suspended: Some(false),
            ..AdminChanges::default()
        },
        AdminChanges {
            role: Some(Role::User),
            ..AdminChanges::default()
        },
    ] {
        let (record, after) = administer(&user, asked);
        records.push(record);
        user = after;
    }
    (records, user)
}

#[test]
fn a_record_says_what_a_field_was_and_what_it_is() {
    let asked = AdminChanges {
        role: Some(Role::Admin),
        suspended: Some(true),
        name: Some("Ann Lee".into()),
    };
    let (record, _) = administer(&ann(), asked);
    let told = |change: &Change| {
        let Change {
            field,
            before,
            after,
            ..
        } = change;
        format!("{field}: {before} -> {after}")
    };
    let opened = record.clone().opened(Some(&key()));
    assert_eq!(
        opened.changes.iter().map(told).collect::<Vec<_>>(),
        [
            "role: USER -> ADMIN",
            "status: active -> suspended",
            "name: Ann -> Ann Lee"
        ]
    );
    assert_eq!((record.number, record.actor, record.at), (1, admin(), NOW));
    // What is kept does not say the name, and without the user's key nobody learns it.
    assert!(!format!("{record:?}").contains("Ann"));
    let other = SealingKey::of_secret("another's").unwrap();
    for key in [None, Some(&other)] {
        let shredded = record.clone().opened(key);
        assert_eq!(told(&shredded.changes[2]), "name:  -> ");
    }
}

#[test]
fn an_erasure_is_recorded_without_a_word_of_what_was_erased() {
    let before = ann();
    let after = before.erased(NOW).unwrap();
    let actor = Actor::User(before.id);
    let (record, _) = Record::next(&before, &after, actor, Action::Erased, &key()).unwrap();
    let fields: Vec<_> = record.changes.iter().map(|change| &*change.field).collect();
    assert_eq!(fields, ["status"]);
}

#[test]
fn a_chain_that_nobody_touched_holds_also_after_the_key_is_gone() {
    let (records, user) = chain();
    assert_eq!(verify(&records, &user.audited), Ok(()));
    assert_eq!(verify(&[], &AuditHead::default()), Ok(()));
}

#[test]
fn every_edit_shows() {
    let (records, user) = chain();
    let other = Actor::User(UserId::derive("", "somebody else"));
    type Edit = fn(&mut Record);
    let edits: [(&str, Edit); 8] = [
        ("number", |record| record.number += 1),
        ("user", |record| record.user = UserId::derive("", "bob")),
        ("actor", |record| record.actor = Actor::System),
        ("action", |record| record.action = Action::Erased),
        ("at", |record| record.at = Timestamp::MIN),
        ("before", |record| record.changes[0].before.push('x')),
        ("after", |record| record.changes[0].after.clear()),
        ("changes", |record| drop(record.changes.pop())),
    ];
    for at in 0..records.len() {
        for (what, edit) in edits {
            let mut edited = records.clone();
            edit(&mut edited[at]);
            let broken = Err(Broken::At(at as u64 + 1));
            assert_eq!(verify(&edited, &user.audited), broken, "{what} of {at}");
            // Nor does it help to make the record's own hash fit.
            edited[at].hash = edited[at].digest();
            assert!(verify(&edited, &user.audited).is_err(), "{what} of {at}");
        }
    }
    let mut forged = records.clone();
    forged[4].actor = other;
    forged[4].hash = forged[4].digest();
    assert_eq!(verify(&forged, &user.audited), Err(Broken::End(5)));
}

#[test]
fn records_that_are_missing_or_stand_elsewhere_show() {
    let (records, user) = chain();
    for at in 0..records.len() {
        let mut missing = records.clone();
        missing.remove(at);
        let shows = if at == 4 {
            Broken::End(4)
        } else {
            Broken::At(at as u64 + 1)
        };
        assert_eq!(verify(&missing, &user.audited), Err(shows));
        let mut twice = records.clone();
        twice.insert(at, records[at].clone());
        assert!(verify(&twice, &user.audited).is_err());
    }
    let mut swapped = records;
    swapped.swap(1, 2);
    assert_eq!(verify(&swapped, &user.audited), Err(Broken::At(2)));
}

proptest! {
    /// No two records have one hash, however their texts are cut.
    #[test]
    fn texts_do_not_run_together(field in "[a-c]{0,3}", before in "[a-c]{0,3}", after in "[a-c]{0,3}") {
        let (mut one, _) = administer(&ann(), AdminChanges { role: Some(Role::Manager), ..AdminChanges::default() });
        let mut two = one.clone();
        let change = |field: &str, before: &str, after: &str| Change {
            field: field.into(), before: before.into(), after: after.into(), personal: false,
        };
        one.changes = vec![change(&field, &before, &after)];
        two.changes = vec![change(&format!("{field}{before}"), "", &after)];
        prop_assert_eq!(one.digest() == two.digest(), one.changes == two.changes);
    }
}
