use aws::{Aws, Condition, TokenVersions, testing};
use kernel::UserId;
use manifest::resources::PLATFORM;

use crate::{SHELVES, Shelf};

async fn connected() -> (Aws, TokenVersions) {
    let aws = testing::cloud(&[&SHELVES, &PLATFORM]).await.unwrap();
    let versions = aws.token_versions().unwrap();
    (aws, versions)
}

#[tokio::test]
async fn a_version_rises_with_the_change_in_another_table_and_only_rises() {
    let (aws, versions) = connected().await;
    let shelves = aws.table(&SHELVES).unwrap();
    let user = UserId::derive("", "ann");
    assert_eq!(versions.current(user).await.unwrap(), 0);
    for (raised, done) in [(1, true), (4, true), (4, false), (2, false), (5, true)] {
        let id = format!("shelf-{raised}-{done}");
        let write = shelves
            .transaction()
            .put("shelf", &Shelf::new(&id), Condition::absent())
            .raise_token_version("version", &versions, user, raised)
            .commit()
            .await;
        let stands: Option<Shelf> = shelves.get(Shelf::place(&id)).await.unwrap();
        assert_eq!(stands.is_some(), done, "{raised}");
        match write {
            Ok(()) => assert_eq!(versions.current(user).await.unwrap(), raised),
            Err(error) => assert!(error.refused("version"), "{error:?}"),
        }
    }
    let other = UserId::derive("", "bob");
    assert_eq!(versions.current(other).await.unwrap(), 0);
}

#[tokio::test]
async fn a_change_that_is_refused_ends_no_tokens() {
    let (aws, versions) = connected().await;
    let shelves = aws.table(&SHELVES).unwrap();
    let user = UserId::derive("", "ann");
    let error = shelves
        .transaction()
        .check("gone", Shelf::place("gone"), Condition::present())
        .raise_token_version("version", &versions, user, 1)
        .commit()
        .await
        .unwrap_err();
    assert!(error.refused("gone"), "{error:?}");
    assert_eq!(versions.current(user).await.unwrap(), 0);
}
