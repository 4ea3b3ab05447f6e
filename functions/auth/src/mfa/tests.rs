use std::time::Duration;

use futures_util::future::join_all;
use totp_rs::{Algorithm, Builder, Secret};

use super::*;
use crate::second_factor::{RECOVERY_CODES, STEP};
use crate::testing::{NOW, PASSWORD, auth, client, email, register, written};
use crate::{Credentials, SignedIn};

/// What an app shows that was given the secret, so long after the tests began.
fn app(enrolment: &Enrolment, later: Duration) -> String {
    let secret = Secret::try_from_base32(&enrolment.secret).unwrap();
    let app = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_secret(secret)
        .build()
        .unwrap();
    let seconds = u64::try_from(NOW.plus(later).seconds()).unwrap();
    app.generate(seconds).to_string()
}

async fn sign_in(auth: &Auth, code: Option<&str>, later: Duration) -> Result<SignedIn, AuthError> {
    let given = Credentials {
        email: email("ann"),
        password: crate::password::Password::given(PASSWORD),
        mfa_code: code.map(str::to_owned),
    };
    let written = written(&format!("sign in {code:?} {later:?} {}", fastrand()), later);
    auth.sign_in(given, &client(), &written).await
}

/// Each sign-in is an operation of its own.
fn fastrand() -> u64 {
    u64::from_be_bytes(crate::sealed::random().unwrap())
}

/// Somebody whose second factor was confirmed when the tests began.
async fn enrolled(auth: &Auth) -> (UserId, Enrolment) {
    let ann = register(auth, "ann").await.user.id;
    let enrolment = auth.set_up_mfa(ann).await.unwrap();
    let code = app(&enrolment, Duration::ZERO);
    auth.confirm_mfa(ann, &code, NOW).await.unwrap();
    (ann, enrolment)
}

fn is_wrong<T>(outcome: &Result<T, AuthError>) -> bool {
    matches!(outcome, Err(AuthError::InvalidCredentials(_)))
}

#[tokio::test]
async fn nothing_asks_for_a_code_until_one_has_confirmed_the_app() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await.user.id;
    let first = auth.set_up_mfa(ann).await.unwrap();
    sign_in(&auth, None, Duration::ZERO).await.unwrap();
    // Set up again, the app that counts is the last one.
    let second = auth.set_up_mfa(ann).await.unwrap();
    let wrong = auth
        .confirm_mfa(ann, &app(&first, Duration::ZERO), NOW)
        .await;
    assert!(matches!(wrong, Err(AuthError::InvalidMfaCode)), "{wrong:?}");
    auth.confirm_mfa(ann, &app(&second, Duration::ZERO), NOW)
        .await
        .unwrap();
    assert!(auth.profile(ann).await.unwrap().mfa_enabled);

    let asked = sign_in(&auth, None, STEP).await;
    assert!(matches!(asked, Err(AuthError::MfaRequired)), "{asked:?}");
    sign_in(&auth, Some(&app(&second, STEP)), STEP)
        .await
        .unwrap();
    for again in [
        auth.set_up_mfa(ann).await.map(drop),
        auth.confirm_mfa(ann, &app(&second, STEP * 2), NOW.plus(STEP * 2))
            .await,
    ] {
        assert!(
            matches!(again, Err(AuthError::MfaAlreadyEnabled)),
            "{again:?}"
        );
    }
}

#[tokio::test]
async fn a_code_is_good_once_also_when_it_comes_many_times_at_once() {
    let auth = auth().await;
    let (_, enrolment) = enrolled(&auth).await;
    // The code that confirmed is used up.
    let used = sign_in(
        &auth,
        Some(&app(&enrolment, Duration::ZERO)),
        Duration::ZERO,
    )
    .await;
    assert!(is_wrong(&used), "{used:?}");
    let code = app(&enrolment, STEP);
    let at_once = (0..4).map(|_| sign_in(&auth, Some(&code), STEP));
    let outcomes = join_all(at_once).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let later = STEP + Duration::from_secs(1);
    assert!(is_wrong(&sign_in(&auth, Some(&code), later).await));
    // The next one is good, and the one before it is not after that.
    let next = app(&enrolment, STEP * 3);
    sign_in(&auth, Some(&next), STEP * 3).await.unwrap();
    let earlier = app(&enrolment, STEP * 2);
    assert!(is_wrong(&sign_in(&auth, Some(&earlier), STEP * 3).await));
}

#[tokio::test]
async fn each_recovery_code_is_good_once() {
    let auth = auth().await;
    let (ann, enrolment) = enrolled(&auth).await;
    for code in &enrolment.recovery_codes[..3] {
        let at_once = (0..3).map(|_| sign_in(&auth, Some(code), STEP));
        let outcomes = join_all(at_once).await;
        let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(taken, 1, "{outcomes:?}");
    }
    let factor = auth.store.second_factor(ann).await.unwrap().unwrap();
    assert_eq!(factor.recovery.len(), RECOVERY_CODES - 3);
}

#[tokio::test]
async fn of_two_who_have_read_the_same_factor_one_uses_the_code() {
    let auth = auth().await;
    let (ann, enrolment) = enrolled(&auth).await;
    let at = NOW.plus(STEP);
    for code in [&app(&enrolment, STEP), &enrolment.recovery_codes[0]] {
        let factor = auth.store.second_factor(ann).await.unwrap().unwrap();
        let key = auth.mfa_key().await.unwrap();
        let code = factor.read(code, key, at).unwrap().unwrap();
        assert!(auth.store.spend(&factor, &code).await.unwrap(), "{code:?}");
        assert!(!auth.store.spend(&factor, &code).await.unwrap(), "{code:?}");
    }
}

#[tokio::test]
async fn five_wrong_codes_close_the_door_for_a_while_however_they_come() {
    let auth = auth().await;
    let (ann, enrolment) = enrolled(&auth).await;
    let user = auth.profile(ann).await.unwrap();
    let at = NOW.plus(STEP);
    let wrong: Vec<String> = (0..12).map(|number| format!("wrong {number}")).collect();
    let asked = wrong.iter().map(|code| auth.is_code_of(&user, code, at));
    let outcomes = join_all(asked).await;
    let tried = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(false)));
    assert_eq!(tried.count() as u32, TRIES, "{outcomes:?}");
    let right = app(&enrolment, STEP);
    let closed = auth.is_code_of(&user, &right, at).await;
    assert!(
        matches!(closed, Err(AuthError::TooManyAttempts(_))),
        "{closed:?}"
    );
    // A recovery code is a code too.
    let recovery = &enrolment.recovery_codes[0];
    assert!(auth.is_code_of(&user, recovery, at).await.is_err());

    let after = STEP + TRIES_WITHIN;
    let right = app(&enrolment, after);
    assert!(
        auth.is_code_of(&user, &right, NOW.plus(after))
            .await
            .unwrap()
    );
    // And a right one forgets those before it.
    for number in 0..TRIES - 1 {
        let code = format!("wrong again {number}");
        assert!(
            !auth
                .is_code_of(&user, &code, NOW.plus(after))
                .await
                .unwrap()
        );
    }
    let next = after + STEP;
    let right = app(&enrolment, next);
    assert!(
        auth.is_code_of(&user, &right, NOW.plus(next))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_second_factor_is_given_up_with_a_last_code() {
    let auth = auth().await;
    let (ann, enrolment) = enrolled(&auth).await;
    let wrong = auth.disable_mfa(ann, "000000", NOW).await;
    assert!(matches!(wrong, Err(AuthError::InvalidMfaCode)), "{wrong:?}");
    auth.disable_mfa(ann, &enrolment.recovery_codes[9], NOW)
        .await
        .unwrap();
    assert_eq!(auth.store.second_factor(ann).await.unwrap(), None);
    sign_in(&auth, None, STEP).await.unwrap();
    let again = auth.disable_mfa(ann, "000000", NOW).await;
    assert!(matches!(again, Err(AuthError::MfaNotSetUp)), "{again:?}");

    let records = auth.audit_of(ann).await.unwrap();
    let actions: Vec<_> = records.iter().map(|record| record.action).collect();
    assert_eq!(actions, [Action::SecondFactorOn, Action::SecondFactorOff]);
    assert_eq!(auth.verify_chain(ann).await.unwrap(), Ok(()));
}
