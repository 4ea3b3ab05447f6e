use std::time::Duration;

use futures_util::future::join_all;
use kernel::{CountryCode, OperationId};

use super::*;
use crate::address::MOST;
use crate::testing::{NOW, auth, register};

fn silent<T>(name: &str) -> Answered<T> {
    Answered::silent(OperationId::derive("", name))
}

fn berlin(name: &str) -> Changes {
    Changes {
        name: Some(name.into()),
        line1: Some("Unter den Linden 1".into()),
        city: Some("Berlin".into()),
        postal_code: Some(Some("10117".into())),
        country: Some(CountryCode::parse("DE").unwrap()),
        ..Changes::default()
    }
}

fn as_default(yes: bool) -> Changes {
    Changes {
        default: Some(yes),
        ..Changes::default()
    }
}

async fn add(auth: &Auth, user: UserId, name: &str) -> Entry {
    auth.add_address(user, &berlin(name), &silent(name), NOW)
        .await
        .unwrap()
}

async fn defaults(auth: &Auth, user: UserId) -> Vec<String> {
    let book = auth.book(user).await.unwrap();
    let defaults = book.entries().filter(|entry| entry.is_default);
    defaults.map(|entry| entry.address.place.name).collect()
}

#[tokio::test]
async fn an_address_comes_back_as_it_was_written_and_goes_away() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let home = add(&auth, ann, "Home").await;
    assert!(home.is_default, "the first is the default");
    let work = add(&auth, ann, "Work").await;
    let book = auth.book(ann).await.unwrap();
    for entry in [&home, &work] {
        assert_eq!(book.entry(entry.address.id).as_ref(), Some(entry));
    }

    let later = NOW.plus(Duration::from_secs(1));
    let asked = Changes {
        line2: Some(Some("Hinterhaus".into())),
        default: Some(true),
        ..Changes::default()
    };
    let changed = auth
        .change_address(ann, work.address.id, &asked, Some(1), &silent("1"), later)
        .await
        .unwrap();
    assert_eq!((changed.address.version, changed.is_default), (2, true));
    assert_eq!(defaults(&auth, ann).await, ["Work"]);

    auth.remove_address(ann, work.address.id, Some(2), &silent("2"))
        .await
        .unwrap();
    assert_eq!(defaults(&auth, ann).await, Vec::<String>::new());
    // A book without a default takes the next address for it.
    assert!(add(&auth, ann, "Next").await.is_default);
    assert_eq!(auth.book(ann).await.unwrap().addresses.len(), 2);
}

#[tokio::test]
async fn nobody_reaches_anothers_address() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let bob = register(&auth, "bob").await.user.id;
    let id = add(&auth, ann, "Home").await.address.id;
    let changed = auth
        .change_address(bob, id, &as_default(true), None, &silent("1"), NOW)
        .await;
    assert!(matches!(changed, Err(AuthError::NotFound)), "{changed:?}");
    let removed = auth.remove_address(bob, id, None, &silent("2")).await;
    assert!(matches!(removed, Err(AuthError::NotFound)), "{removed:?}");
    assert!(auth.book(bob).await.unwrap().addresses.is_empty());
    assert_eq!(auth.book(ann).await.unwrap().addresses.len(), 1);
}

#[tokio::test]
async fn a_version_that_is_gone_is_told() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let id = add(&auth, ann, "Home").await.address.id;
    for version in [0, 2] {
        let changed = auth
            .change_address(ann, id, &berlin("X"), Some(version), &silent("1"), NOW)
            .await;
        assert!(matches!(changed, Err(AuthError::Changed { current: 1 })));
        let removed = auth
            .remove_address(ann, id, Some(version), &silent("2"))
            .await;
        assert!(matches!(removed, Err(AuthError::Changed { current: 1 })));
    }
}

#[tokio::test]
async fn of_many_at_once_a_book_takes_as_many_as_it_has_room_for() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    for number in 0..MOST - 3 {
        add(&auth, ann, &format!("{number}")).await;
    }
    let names: Vec<String> = (0..8).map(|number| format!("late {number}")).collect();
    let asked: Vec<_> = names
        .iter()
        .map(|name| (berlin(name), silent(name)))
        .collect();
    let added = asked
        .iter()
        .map(|(asked, answered)| auth.add_address(ann, asked, answered, NOW));
    let added = join_all(added).await;
    let taken = added.iter().filter(|added| added.is_ok()).count();
    assert_eq!(taken, 3, "{added:?}");
    for refused in added.iter().filter(|added| added.is_err()) {
        assert!(
            matches!(refused, Err(AuthError::AddressBookFull)),
            "{refused:?}"
        );
    }
    assert_eq!(auth.book(ann).await.unwrap().addresses.len() as u64, MOST);
}

#[tokio::test]
async fn of_many_who_are_made_the_default_at_once_one_is() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(add(&auth, ann, &format!("{number}")).await.address.id);
    }
    let asked = as_default(true);
    let answers: Vec<_> = ids.iter().map(|id| silent(&id.to_string())).collect();
    let made = ids
        .iter()
        .zip(&answers)
        .map(|(&id, answered)| auth.change_address(ann, id, &asked, None, answered, NOW));
    for outcome in join_all(made).await {
        assert!(outcome.unwrap().is_default);
    }
    assert_eq!(defaults(&auth, ann).await.len(), 1);
}
