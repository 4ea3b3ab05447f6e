use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn key() -> SealingKey {
    SealingKey::of_secret("a key of the tests").unwrap()
}

fn ann() -> UserId {
    UserId::derive("", "ann")
}

fn enrolled() -> (SecondFactor, Enrolment) {
    let email = Email::parse("ann+shop@example.com").unwrap();
    let random = crate::sealed::random().unwrap();
    SecondFactor::enrol(ann(), &email, &key(), &random).unwrap()
}

/// What an app shows that was given the secret.
fn app(enrolment: &Enrolment, at: Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(&enrolment.secret).unwrap();
    let seconds = u64::try_from(at.seconds()).unwrap();
    totp(secret.as_bytes())
        .unwrap()
        .generate(seconds)
        .to_string()
}

#[test]
fn codes_are_those_of_the_standard() {
    // RFC 6238, appendix B, whose eight digits end in these six.
    let totp = totp(b"12345678901234567890").unwrap();
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(totp.generate(seconds).to_string(), code);
    }
}

#[test]
fn an_app_may_be_one_step_late_or_early_and_no_more() {
    let (factor, enrolment) = enrolled();
    let step = u64::try_from(NOW.seconds()).unwrap() / 30;
    for (at, of_step) in [
        (NOW, Some(step)),
        (NOW.minus(STEP), Some(step - 1)),
        (NOW.plus(STEP), Some(step + 1)),
        (NOW.minus(STEP * 2), None),
        (NOW.plus(STEP * 2), None),
    ] {
        let read = factor.read(&app(&enrolment, at), &key(), NOW).unwrap();
        assert_eq!(read, of_step.map(Code::OfStep), "{at}");
    }
}

#[test]
fn no_code_of_a_step_that_was_used_or_before_is_taken_again() {
    let (mut factor, enrolment) = enrolled();
    let step = u64::try_from(NOW.seconds()).unwrap() / 30;
    factor.last_step = step;
    for at in [NOW.minus(STEP), NOW] {
        assert_eq!(
            factor.read(&app(&enrolment, at), &key(), NOW).unwrap(),
            None
        );
    }
    let next = app(&enrolment, NOW.plus(STEP));
    assert_eq!(
        factor.read(&next, &key(), NOW).unwrap(),
        Some(Code::OfStep(step + 1))
    );
}

#[test]
fn a_recovery_code_is_read_as_people_type_it_and_not_when_it_is_gone() {
    let (mut factor, enrolment) = enrolled();
    assert_eq!(enrolment.recovery_codes.len(), RECOVERY_CODES);
    let code = &enrolment.recovery_codes[3];
    let Some(Code::Recovery(hash)) = factor.read(code, &key(), NOW).unwrap() else {
        panic!("{code} is one of the codes");
    };
    for typed in [
        code.to_uppercase(),
        code.replace('-', ""),
        format!("  {} ", code.replace('-', " ")),
        code.replace('0', "O").replace('1', "l"),
    ] {
        let read = factor.read(&typed, &key(), NOW).unwrap();
        assert_eq!(read, Some(Code::Recovery(hash.clone())), "{typed}");
    }
    factor.recovery.retain(|left| *left != hash);
    assert_eq!(factor.read(code, &key(), NOW).unwrap(), None);
}

#[test]
fn a_code_of_one_user_is_none_of_another() {
    let (factor, enrolment) = enrolled();
    let bob = SecondFactor {
        user: UserId::derive("", "bob"),
        ..factor
    };
    let code = &enrolment.recovery_codes[0];
    assert_eq!(bob.read(code, &key(), NOW).unwrap(), None);
    // Nor does the secret open in another's place.
    assert_eq!(
        bob.read(&app(&enrolment, NOW), &key(), NOW),
        Err(Unsealable)
    );
}

#[test]
fn the_uri_is_what_apps_scan() {
    let (_, enrolment) = enrolled();
    assert_eq!(
        enrolment.otpauth_uri,
        format!(
            "otpauth://totp/UltraMarket:ann%2Bshop%40example.com?secret={}\
             &issuer=UltraMarket&algorithm=SHA1&digits=6&period=30",
            enrolment.secret
        )
    );
    assert_eq!(enrolment.secret.len(), 32, "160 bits in base 32");
}

#[test]
fn nothing_that_is_kept_or_shown_in_messages_holds_the_secret_or_a_code() {
    let (factor, enrolment) = enrolled();
    let kept = format!("{factor:?} {enrolment:?}");
    assert!(!kept.contains(&enrolment.secret));
    assert!(
        enrolment
            .recovery_codes
            .iter()
            .all(|code| !kept.contains(code.as_str()))
    );
}

proptest! {
    #[test]
    fn nonsense_is_no_code(code in "\\PC{0,40}") {
        let (factor, enrolment) = enrolled();
        prop_assume!(![NOW.minus(STEP), NOW, NOW.plus(STEP)].iter().any(|&at| app(&enrolment, at) == code.trim()));
        prop_assert_eq!(factor.read(&code, &key(), NOW).unwrap(), None);
    }

    #[test]
    fn a_recovery_code_says_all_its_bits(bits in proptest::array::uniform10(any::<u8>())) {
        let code = written(&bits);
        prop_assert_eq!(code.len(), 19);
        prop_assert_eq!(&bare(&code), &code);
        let mut other = bits;
        other[9] ^= 1;
        prop_assert_ne!(written(&other), code);
    }
}
