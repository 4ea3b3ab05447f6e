use std::collections::HashSet;
use std::time::Duration;

use aws::{Condition, Key, Update};
use futures_util::future::join_all;
use kernel::OperationId;

use super::*;
use crate::audit::Change;
use crate::testing::{NOW, auth, register};

const SOON: Duration = Duration::from_mins(1);

fn silent<T>(name: &str) -> Answered<T> {
    Answered::silent(OperationId::derive("", name))
}

fn to(role: Role) -> AdminChanges {
    AdminChanges {
        role: Some(role),
        ..AdminChanges::default()
    }
}

fn suspended(yes: bool) -> AdminChanges {
    AdminChanges {
        suspended: Some(yes),
        ..AdminChanges::default()
    }
}

async fn administer(auth: &Auth, id: UserId, asked: AdminChanges) -> Result<User, AuthError> {
    let answered = silent(&format!("{id} {asked:?}"));
    let at = NOW.plus(SOON);
    auth.administer(id, &asked, None, Actor::System, &answered, at)
        .await
}

#[tokio::test]
async fn another_role_or_status_ends_the_users_access_tokens_in_the_same_write() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    for (asked, version) in [
        (to(Role::Manager), 1),
        (suspended(true), 2),
        (suspended(true), 2),
        (suspended(false), 3),
    ] {
        let after = administer(&auth, ann, asked.clone()).await.unwrap();
        assert_eq!(after.token_version, version, "{asked:?}");
        assert_eq!(auth.user(ann).await.unwrap(), after);
        let versions = auth.store.token_versions().unwrap();
        assert_eq!(versions.current(ann).await.unwrap(), version);
    }
}

#[tokio::test]
async fn every_change_leaves_a_record_of_who_and_what() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let admin = Actor::User(UserId::derive("", "the admin"));
    let asked = AdminChanges {
        role: Some(Role::Manager),
        suspended: Some(true),
        name: Some("Ann Lee".into()),
    };
    let at = NOW.plus(SOON);
    auth.administer(ann, &asked, Some(1), admin, &silent("1"), at)
        .await
        .unwrap();
    // What changes nothing leaves none.
    auth.administer(ann, &asked, Some(2), admin, &silent("2"), at)
        .await
        .unwrap();
    let records = auth.audit_of(ann).await.unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!((records[0].actor, records[0].at), (admin, at));
    let told = |change: &Change| format!("{}: {} -> {}", change.field, change.before, change.after);
    assert_eq!(
        records[0].changes.iter().map(told).collect::<Vec<_>>(),
        [
            "role: USER -> MANAGER",
            "status: active -> suspended",
            "name: ann -> Ann Lee"
        ]
    );
    let stale = auth
        .administer(ann, &to(Role::User), Some(1), admin, &silent("3"), at)
        .await;
    let told = matches!(stale, Err(AuthError::Changed { current: 2 }));
    assert!(told, "{stale:?}");
}

#[tokio::test]
async fn of_two_admins_who_take_each_others_role_at_once_one_stays() {
    let auth = auth().await;
    let ids = [
        register(&auth, "ann").await.user.id,
        register(&auth, "bob").await.user.id,
    ];
    for id in ids {
        administer(&auth, id, to(Role::Admin)).await.unwrap();
    }
    let taken = ids.map(|id| administer(&auth, id, to(Role::User)));
    let outcomes = join_all(taken).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let refused = outcomes.iter().find_map(|outcome| outcome.as_ref().err());
    assert!(
        matches!(refused, Some(AuthError::LastAdmin)),
        "{outcomes:?}"
    );
    // Nor is the one who stayed shut out.
    let mut admins = Vec::new();
    for id in ids {
        if auth.user(id).await.unwrap().is_acting_admin() {
            admins.push(id);
        }
    }
    assert_eq!(admins.len(), 1);
    let refused = administer(&auth, admins[0], suspended(true)).await;
    assert!(matches!(refused, Err(AuthError::LastAdmin)), "{refused:?}");
}

#[tokio::test]
async fn an_edit_of_a_record_in_the_table_shows() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    for asked in [to(Role::Manager), suspended(true), suspended(false)] {
        administer(&auth, ann, asked).await.unwrap();
    }
    assert_eq!(auth.verify_chain(ann).await.unwrap(), Ok(()));
    let second = || Key::new(format!("user#{ann}"), "audit#000000000002");
    let table = auth.store.table();
    let edit = Update::new().set("action", Action::Erased);
    table.update(second(), edit).await.unwrap();
    assert_eq!(auth.verify_chain(ann).await.unwrap(), Err(Broken::At(2)));
    table.delete(second(), Condition::none()).await.unwrap();
    assert_eq!(auth.verify_chain(ann).await.unwrap(), Err(Broken::At(2)));
    let third = Key::new(format!("user#{ann}"), "audit#000000000003");
    table.delete(third, Condition::none()).await.unwrap();
    assert_eq!(auth.verify_chain(ann).await.unwrap(), Err(Broken::End(1)));
}

#[tokio::test]
async fn changes_at_once_make_one_chain() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let names = (0..4).map(|number| AdminChanges {
        name: Some(format!("Ann {number}")),
        ..AdminChanges::default()
    });
    for outcome in join_all(names.map(|asked| administer(&auth, ann, asked))).await {
        outcome.unwrap();
    }
    assert_eq!(auth.audit_of(ann).await.unwrap().len(), 4);
    assert_eq!(auth.verify_chain(ann).await.unwrap(), Ok(()));
}

/// All pages of a query, and how many there were.
async fn pages(auth: &Auth, asked: &UserQuery) -> (Vec<String>, usize) {
    let mut asked = asked.clone();
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let page = auth.users(&asked).await.unwrap();
        assert!(page.items.len() <= asked.limit.as_usize());
        let names = page.items.iter().map(|user| user.email.to_string());
        found.extend(names.map(|email| email.replace("@example.com", "")));
        pages += 1;
        match page.next {
            Some(next) => asked.cursor = Some(next),
            None => return (found, pages),
        }
    }
}

async fn found(auth: &Auth, asked: UserQuery) -> Vec<String> {
    pages(auth, &asked).await.0
}

#[tokio::test]
async fn users_are_found_by_how_address_or_name_start_by_role_and_by_status() {
    let auth = auth().await;
    let mut ids = Vec::new();
    for name in ["ann", "anton", "bob", "cleo", "dora"] {
        ids.push(register(&auth, name).await.user.id);
    }
    administer(&auth, ids[2], to(Role::Admin)).await.unwrap();
    administer(&auth, ids[3], to(Role::Manager)).await.unwrap();
    administer(&auth, ids[1], suspended(true)).await.unwrap();
    let renamed = AdminChanges {
        name: Some("Ännchen von Tharau".into()),
        ..AdminChanges::default()
    };
    administer(&auth, ids[4], renamed).await.unwrap();

    let all = found(&auth, UserQuery::default()).await;
    assert_eq!(all.len(), 5);
    let asked = |q: Option<&str>, role, status| UserQuery {
        q: q.map(str::to_owned),
        role,
        status,
        ..UserQuery::default()
    };
    for (query, wanted) in [
        (asked(Some("an"), None, None), vec!["ann", "anton"]),
        (asked(Some(" ANN@"), None, None), vec!["ann"]),
        (asked(Some("ännchen VON"), None, None), vec!["dora"]),
        (asked(Some("nobody"), None, None), vec![]),
        (asked(None, Some(Role::Admin), None), vec!["bob"]),
        (asked(None, Some(Role::Manager), None), vec!["cleo"]),
        (asked(None, None, Some(Status::Suspended)), vec!["anton"]),
        (asked(Some("an"), None, Some(Status::Active)), vec!["ann"]),
        (asked(Some("b"), Some(Role::Manager), None), vec![]),
    ] {
        assert_eq!(found(&auth, query.clone()).await, wanted, "{query:?}");
    }
    let users = found(&auth, asked(None, Some(Role::User), Some(Status::Active))).await;
    assert_eq!(
        users.into_iter().collect::<HashSet<_>>(),
        HashSet::from(["ann", "dora"].map(str::to_owned))
    );
}

#[tokio::test]
async fn a_list_has_everybody_once_however_it_is_paged() {
    let auth = auth().await;
    for number in 0..11 {
        register(&auth, &format!("user{number:02}")).await;
    }
    let all = found(&auth, UserQuery::default()).await;
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 11);
    for limit in [1, 3, 10, 11] {
        for q in [None, Some("user"), Some("user0")] {
            let asked = UserQuery {
                q: q.map(str::to_owned),
                limit: Limit::new(limit).unwrap(),
                ..UserQuery::default()
            };
            let whole = UserQuery {
                limit: Limit::MAX,
                ..asked.clone()
            };
            let (paged, pages) = pages(&auth, &asked).await;
            assert_eq!(paged, found(&auth, whole).await, "{limit} {q:?}");
            assert!(pages >= paged.len().div_ceil(asked.limit.as_usize()));
        }
    }
    let first = UserQuery {
        limit: Limit::new(3).unwrap(),
        ..UserQuery::default()
    };
    let other = UserQuery {
        cursor: auth.users(&first).await.unwrap().next,
        role: Some(Role::User),
        ..first
    };
    let refused = auth.users(&other).await;
    assert!(matches!(refused, Err(AuthError::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn the_trail_has_all_records_the_latest_first_over_the_months() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let bob = register(&auth, "bob").await.user.id;
    let day = Duration::from_hours(24);
    for (id, days) in [(ann, 0), (bob, 1), (ann, 40), (bob, 100)] {
        let asked = AdminChanges {
            name: Some(format!("Name {days}")),
            ..AdminChanges::default()
        };
        let (answered, at) = (silent(&format!("{days}")), NOW.plus(day * days));
        auth.administer(id, &asked, None, Actor::System, &answered, at)
            .await
            .unwrap();
    }
    let (mut names, mut cursor) = (Vec::new(), None);
    loop {
        let now = NOW.plus(day * 101);
        let limit = Limit::new(3).unwrap();
        let page = auth.audit_trail(now, cursor.as_ref(), limit).await.unwrap();
        names.extend(
            page.items
                .into_iter()
                .map(|record| record.changes[0].after.clone()),
        );
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, ["Name 100", "Name 40", "Name 1", "Name 0"]);
}
