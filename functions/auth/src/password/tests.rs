use super::*;
use argon2::PasswordHasher;

const SALT_ONE: [u8; SALT] = [1; SALT];

fn refused(text: &str) -> Option<&'static str> {
    Password::choose(text, &["ann@example.com", "ann", "Ann Archer"])
        .err()
        .map(|invalid| invalid.rule())
}

#[test]
fn the_length_is_counted_in_characters() {
    for (text, sound) in [
        ("shortly", false),
        ("längüge", false),
        ("kürbisöl", true),
        ("🦀🦀🦀🦀🦀🦀🦀", false),
        (&"x1 ".repeat(42), true),
        (&"ab c".repeat(32), true),
        (&format!("{}d", "ab c".repeat(32)), false),
    ] {
        assert_eq!(refused(text).is_none(), sound, "{text}");
    }
}

#[test]
fn nothing_is_asked_of_a_password_but_that_nobody_guesses_it_first() {
    for text in [
        "correct horse battery staple",
        "Tr0ub4dor&3",
        "purple-otter-7",
        "12 monkeys danced",
        "ultramarket rocks",
        "Password for Ann",
    ] {
        assert_eq!(refused(text), None, "{text}");
    }
}

#[test]
fn common_passwords_and_its_owners_own_words_are_refused_in_any_case() {
    for text in [
        "password",
        "PASSWORD1",
        "Password123",
        "12345678",
        "qwertyuiop",
        "iloveyou",
        "elephant",
        "aaaaaaaa",
        "abcdefghi",
        "ann@example.com",
        "ANN ARCHER",
    ] {
        assert!(refused(text).is_some(), "{text}");
    }
}

#[test]
fn a_password_is_that_of_its_hash_and_of_no_other() {
    let password = Password::given("correct horse");
    let hash = password.hash(&SALT_ONE).unwrap();
    assert!(password.is_of(Some(&hash)));
    for other in ["correct hors", "Correct horse", "correct horse ", ""] {
        assert!(!Password::given(other).is_of(Some(&hash)), "{other}");
    }
    assert!(!password.is_of(None));
    assert!(!password.is_of(Some(&PasswordHash::NONE)));
}

#[test]
fn two_ways_of_typing_one_password_are_one_password() {
    let composed = Password::given("kürbisöl ½");
    let decomposed = Password::given("ku\u{308}rbiso\u{308}l 1\u{2044}2");
    let hash = composed.hash(&SALT_ONE).unwrap();
    assert!(decomposed.is_of(Some(&hash)));
}

#[test]
fn a_hash_says_what_it_cost_and_is_another_with_another_salt() {
    let password = Password::given("correct horse");
    let hash = password.hash(&SALT_ONE).unwrap();
    assert!(
        hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{}",
        hash.as_str()
    );
    assert_ne!(password.hash(&[2; SALT]).unwrap(), hash);
}

#[test]
fn a_hash_that_cost_less_is_outdated_and_is_checked_all_the_same() {
    let password = Password::given("correct horse");
    let made = |algorithm, memory, passes| {
        let params = Params::new(memory, passes, LANES, None).unwrap();
        let argon = Argon2::new(algorithm, Version::V0x13, params);
        let hash = argon.hash_password_with_salt(password.0.as_bytes(), &SALT_ONE);
        PasswordHash::new(hash.unwrap().to_string())
    };
    for (algorithm, memory, passes, outdated) in [
        (Algorithm::Argon2id, MEMORY_KIB, PASSES, false),
        (Algorithm::Argon2id, 2 * MEMORY_KIB, PASSES + 1, false),
        (Algorithm::Argon2id, MEMORY_KIB - 8, PASSES, true),
        (Algorithm::Argon2id, MEMORY_KIB, PASSES - 1, true),
        (Algorithm::Argon2i, MEMORY_KIB, PASSES, true),
    ] {
        let hash = made(algorithm, memory, passes);
        assert_eq!(is_outdated(&hash), outdated, "{}", hash.as_str());
        assert!(password.is_of(Some(&hash)), "{}", hash.as_str());
    }
}

#[test]
fn nobodys_hash_costs_what_a_new_one_costs() {
    let nobody = PasswordHash::new(nobodys());
    assert!(Phc::new(nobody.as_str()).is_ok(), "{}", nobody.as_str());
    assert!(!is_outdated(&nobody));
}

#[test]
fn a_password_stays_out_of_debug_output() {
    assert_eq!(format!("{:?}", Password::given("canary")), "Password");
}
