use std::time::Duration;

use aws::Key;
use kernel::{CountryCode, OperationId, Role};
use serde_json::Value;

use super::*;
use crate::address::Changes;
use crate::testing::{NOW, PASSWORD, auth, email, register, sign_in, told, written};
use crate::user::{AdminChanges, Status};

fn silent<T>(name: &str) -> Answered<T> {
    Answered::silent(OperationId::derive("", name))
}

fn soon() -> Written {
    written("erase", Duration::from_mins(1))
}

fn berlin() -> Changes {
    Changes {
        name: Some("Canary Home".into()),
        line1: Some("Unter den Linden 1".into()),
        city: Some("Berlin".into()),
        postal_code: Some(Some("10117".into())),
        country: Some(CountryCode::parse("DE").unwrap()),
        ..Changes::default()
    }
}

async fn erase(auth: &Auth, id: UserId) -> Result<(), AuthError> {
    auth.erase(id, None, &silent("erase"), &soon()).await
}

/// Somebody of whom there is something of every kind.
async fn somebody(auth: &Auth, name: &str) -> UserId {
    let id = register(auth, name).await.user.id;
    sign_in(auth, name, PASSWORD, Duration::ZERO).await.unwrap();
    auth.set_up_mfa(id).await.unwrap();
    auth.add_address(id, &berlin(), &silent("home"), NOW)
        .await
        .unwrap();
    let renamed = AdminChanges {
        name: Some("Canary Name".into()),
        ..AdminChanges::default()
    };
    auth.administer(id, &renamed, None, Actor::System, &silent("rename"), NOW)
        .await
        .unwrap();
    id
}

/// The places in a user's partition.
async fn places(auth: &Auth, id: UserId) -> Vec<String> {
    let keys = auth.store.table().query(format!("user#{id}")).consistent();
    let keys = keys.project::<Key>().await.unwrap().items;
    keys.into_iter().map(|key| key.sk).collect()
}

#[tokio::test]
async fn a_change_holds_to_the_version_that_it_asks_for() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let asked = |name: &str| ProfileChanges {
        name: Some(name.into()),
        phone: None,
    };
    let change = async |name: &str, version| {
        let answered = silent(name);
        auth.change_profile(ann, &asked(name), version, &answered, NOW)
            .await
    };
    assert_eq!(change("Ann Lee", Some(1)).await.unwrap().version, 2);
    let stale = change("Ann L.", Some(1)).await;
    assert!(
        matches!(stale, Err(AuthError::Changed { current: 2 })),
        "{stale:?}"
    );
    assert_eq!(change("Ann Lee", None).await.unwrap().version, 2);
    assert_eq!(auth.profile(ann).await.unwrap().name, "Ann Lee");
}

#[tokio::test]
async fn an_erased_user_leaves_an_id_and_records_without_personal_words() {
    let auth = auth().await;
    let ann = somebody(&auth, "ann").await;
    let kinds = ["address#", "address-book", "audit#", "audit-key", "device#"];
    let kinds = kinds
        .into_iter()
        .chain(["second-factor", "session#", "user"]);
    let before = places(&auth, ann).await;
    for kind in kinds {
        let found = before.iter().any(|place| place.starts_with(kind));
        assert!(found, "{kind} is not tested: {before:?}");
    }

    erase(&auth, ann).await.unwrap();
    assert_eq!(
        places(&auth, ann).await,
        ["audit#000000000001", "audit#000000000002", "user"]
    );
    let gone = auth.user(ann).await.unwrap();
    assert_eq!((gone.status, gone.name.as_str()), (Status::Erased, ""));
    let kept = format!("{gone:?} {:?}", auth.audit_of(ann).await.unwrap());
    assert!(
        !kept.to_lowercase().contains("canary") && !kept.contains("ann@"),
        "{kept}"
    );
    // The chain is of what is kept, and holds.
    assert_eq!(auth.verify_chain(ann).await.unwrap(), Ok(()));

    // Nobody signs in, nothing is done as the user, and the others hear of it.
    assert!(
        sign_in(&auth, "ann", PASSWORD, Duration::from_mins(2))
            .await
            .is_err()
    );
    for outcome in [
        auth.profile(ann).await.map(drop),
        auth.add_address(ann, &berlin(), &silent("late"), NOW)
            .await
            .map(drop),
        auth.set_up_mfa(ann).await.map(drop),
        auth.export(ann).await.map(drop),
        erase(&auth, ann).await,
    ] {
        assert!(matches!(outcome, Err(AuthError::NotFound)), "{outcome:?}");
    }
    let events = told(&auth).await;
    assert!(
        events.contains(&"auth.user-erased.v1".to_owned()),
        "{events:?}"
    );
    let holder = auth.store.holder_of(&email("ann")).await.unwrap();
    assert_eq!(holder, None, "the address is free");
    assert_ne!(register(&auth, "Ann").await.user.id, ann);
}

#[tokio::test]
async fn an_erasure_that_meets_a_new_address_takes_it_along() {
    let auth = auth().await;
    let ann = somebody(&auth, "ann").await;
    let answered = silent("late");
    let asked = berlin();
    let late = auth.add_address(ann, &asked, &answered, NOW);
    let (erased, late) = futures_util::join!(erase(&auth, ann), late);
    erased.unwrap();
    if let Err(error) = late {
        assert!(
            matches!(error, AuthError::NotFound | AuthError::Busy),
            "{error}"
        );
    }
    let left = places(&auth, ann).await;
    assert!(
        left.iter().all(|place| !place.starts_with("address")),
        "{left:?}"
    );
}

#[tokio::test]
async fn an_erasure_ends_the_access_tokens() {
    let auth = auth().await;
    let ann = somebody(&auth, "ann").await;
    let version = auth.user(ann).await.unwrap().token_version;
    erase(&auth, ann).await.unwrap();
    let after = auth.user(ann).await.unwrap().token_version;
    assert_eq!(after, version + 1);
}

#[tokio::test]
async fn the_last_admin_is_not_erased() {
    let auth = auth().await;
    let ann = somebody(&auth, "ann").await;
    let admin = AdminChanges {
        role: Some(Role::Admin),
        ..AdminChanges::default()
    };
    auth.administer(ann, &admin, None, Actor::System, &silent("admin"), NOW)
        .await
        .unwrap();
    let refused = erase(&auth, ann).await;
    assert!(matches!(refused, Err(AuthError::LastAdmin)), "{refused:?}");
    assert_eq!(auth.profile(ann).await.unwrap().role, Role::Admin);
}

#[tokio::test]
async fn an_export_has_all_that_is_held_and_no_secret() {
    let auth = auth().await;
    let ann = somebody(&auth, "ann").await;
    let bob = somebody(&auth, "bob").await;
    let export = auth.export(ann).await.unwrap();
    let count = |section: &str| export[section].as_array().map_or(0, Vec::len);
    assert_eq!(export["profile"]["email"], "ann@example.com");
    assert_eq!(export["profile"]["name"], "Canary Name");
    assert_eq!(export["addresses"][0]["line1"], "Unter den Linden 1");
    assert_eq!(
        (count("sessions"), count("devices"), count("audit")),
        (2, 1, 1)
    );
    assert_eq!(export["audit"][0]["changes"][0]["before"], "ann");
    assert_eq!(export["secondFactor"], Value::Null, "none is confirmed");

    let text = Value::Object(export).to_string();
    assert!(!text.contains(&bob.to_string()) && !text.contains("bob@"));
    for secret in ["argon2", "password", "secret\"", "hash", "sealed"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    // What is put into a user's partition is exported, or somebody has said why not.
    let told = [
        "address",
        "audit",
        "device",
        "second-factor",
        "session",
        "user",
    ];
    for place in places(&auth, ann).await {
        assert!(told.iter().any(|kind| place.starts_with(kind)), "{place}");
    }
}
