use std::time::Duration;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn later() -> Timestamp {
    NOW.plus(Duration::from_secs(60))
}

fn ann() -> User {
    let registration = Registration {
        id: UserId::derive("", "ann"),
        email: Email::parse("Ann@example.com").unwrap(),
        name: name(" Ann ").unwrap(),
        phone: Some(Phone::parse("+49 30 123456").unwrap()),
        password: PasswordHash::new("$argon2id$v=19$secret".to_owned()),
    };
    User::register(registration, NOW)
}

#[test]
fn whoever_registers_has_no_rights_but_over_their_own() {
    let ann = ann();
    assert_eq!((ann.role, ann.status), (Role::User, Status::Active));
    assert!(!ann.email_verified && !ann.mfa_enabled && !ann.is_acting_admin());
    assert_eq!((ann.version, ann.token_version), (1, 0));
    assert_eq!(ann.name, "Ann");
}

#[test]
fn a_name_is_one_visible_line() {
    for text in ["", " ", "a\nb", "\u{200b}", "a\u{0}", &"x".repeat(201)] {
        assert!(name(text).is_err(), "{text:?}");
    }
    for text in ["Ann", "李小龍", "Ana María de la O", &"é".repeat(200)] {
        assert_eq!(name(text).unwrap(), text);
    }
}

#[test]
fn a_hash_never_shows_in_a_message() {
    assert!(!format!("{:?}", ann()).contains("argon2"));
}

#[test]
fn a_profile_changes_only_where_it_is_asked_to() {
    let ann = ann();
    let renamed = ProfileChanges {
        name: Some("Ann Lee".into()),
        phone: None,
    };
    let after = ann.with_profile(&renamed, later());
    assert_eq!((after.name.as_str(), &after.phone), ("Ann Lee", &ann.phone));
    assert_eq!((after.version, after.updated_at), (2, later()));
    assert_eq!(after.token_version, ann.token_version);

    let silent = ProfileChanges {
        name: None,
        phone: Some(None),
    };
    assert_eq!(after.with_profile(&silent, later()).phone, None);
    // What changes nothing is no change: the version stays, and with it everybody's ETag.
    assert_eq!(after.with_profile(&renamed, later()), after);
    assert_eq!(ann.with_profile(&ProfileChanges::default(), later()), ann);
}

#[test]
fn another_role_or_status_ends_access_tokens_and_a_name_does_not() {
    let ann = ann();
    let asked = |role, suspended, name: Option<&str>| AdminChanges {
        role,
        suspended,
        name: name.map(str::to_owned),
    };
    for (asked, ends_tokens, ends_sessions) in [
        (asked(Some(Role::Manager), None, None), true, false),
        (asked(None, Some(true), None), true, true),
        (
            asked(Some(Role::Admin), Some(true), Some("Ann Lee")),
            true,
            true,
        ),
        (asked(None, None, Some("Ann Lee")), false, false),
        (
            asked(Some(Role::User), Some(false), Some("Ann Lee")),
            false,
            false,
        ),
    ] {
        let after = ann.administered(&asked, later());
        assert_eq!(after.version, 2, "{asked:?}");
        assert_eq!(after.token_version, u64::from(ends_tokens), "{asked:?}");
        assert_eq!(
            after.session_epoch > ann.session_epoch,
            ends_sessions,
            "{asked:?}"
        );
    }
    let nothing = asked(Some(Role::User), Some(false), Some("Ann"));
    assert_eq!(ann.administered(&nothing, later()), ann);
}

#[test]
fn only_an_admin_who_may_sign_in_counts_as_one() {
    let admin = ann().administered(
        &AdminChanges {
            role: Some(Role::Admin),
            ..AdminChanges::default()
        },
        NOW,
    );
    assert!(admin.is_acting_admin());
    let suspended = admin.administered(
        &AdminChanges {
            suspended: Some(true),
            ..AdminChanges::default()
        },
        NOW,
    );
    assert!(!suspended.is_acting_admin());
    assert!(!admin.erased(NOW).unwrap().is_acting_admin());
}

#[test]
fn an_erased_user_keeps_the_id_and_nothing_personal() {
    let ann = ann();
    let gone = ann.erased(later()).unwrap();
    assert_eq!((gone.id, gone.created_at), (ann.id, ann.created_at));
    assert_eq!(gone.email.canonical(), format!("{}@erased.invalid", ann.id));
    assert_eq!((gone.name.as_str(), &gone.phone), ("", &None));
    assert_eq!(
        (gone.status, gone.password),
        (Status::Erased, PasswordHash::NONE)
    );
    assert_eq!((gone.version, gone.token_version), (2, 1));
    assert_eq!(gone.session_epoch, 1);
}
