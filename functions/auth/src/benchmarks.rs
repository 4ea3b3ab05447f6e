//! What signing in costs, and whether its time tells anything. They measure, so they are run by
//! themselves, against a local cloud:
//!
//! ```text
//! . .local/env
//! cargo nextest run -p auth --run-ignored only --no-capture benchmarks
//! ```

use std::time::{Duration, Instant};

use crate::error::AuthError;
use crate::password::{Password, SALT};
use crate::testing::{NOW, PASSWORD, auth, client, email, register, written};
use crate::{Auth, Credentials};

const PAIRS: usize = 200;

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// How far two samples of one size are apart by the ranks of their values: the normal score of
/// Mann and Whitney's U. Samples of the same thing stay within 2.6 in 99 of 100 cases.
fn apart(one: &[Duration], other: &[Duration]) -> f64 {
    let wins: f64 = one
        .iter()
        .flat_map(|a| other.iter().map(move |b| f64::from(u8::from(a > b))))
        .sum();
    let n = one.len() as f64;
    (wins - n * n / 2.0) / (n * n * (2.0 * n + 1.0) / 12.0).sqrt()
}

async fn failure(auth: &Auth, name: &str, number: usize) -> Duration {
    let given = Credentials {
        email: email(name),
        password: Password::given("not the password"),
        mfa_code: None,
    };
    let written = written(&format!("{name} {number}"), Duration::ZERO);
    let began = Instant::now();
    let outcome = auth.sign_in(given, &client(), &written).await;
    let took = began.elapsed();
    assert!(matches!(outcome, Err(AuthError::InvalidCredentials(_))));
    took
}

#[tokio::test]
#[ignore = "a benchmark"]
async fn a_wrong_password_and_an_unknown_address_take_as_long() {
    let mut auth = auth().await;
    auth.limits.account_failures.most = u32::MAX;
    auth.limits.address_failures.most = u32::MAX;
    register(&auth, "ann").await;
    for number in 0..20 {
        failure(&auth, "ann", number).await;
        failure(&auth, "nobody", number).await;
    }
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..PAIRS {
        // The first of a pair changes, so that neither is always warmed up by the other.
        if number % 2 == 0 {
            wrong.push(failure(&auth, "ann", number).await);
            unknown.push(failure(&auth, "nobody", number).await);
        } else {
            unknown.push(failure(&auth, "nobody", number).await);
            wrong.push(failure(&auth, "ann", number).await);
        }
    }
    let (one, other) = (median(&wrong), median(&unknown));
    let ratio = one.as_secs_f64() / other.as_secs_f64();
    let score = apart(&wrong, &unknown);
    println!("wrong password {one:?}, unknown address {other:?}, ratio {ratio:.3}, U {score:+.2}");
    assert!((0.95..=1.05).contains(&ratio), "{ratio}");
    assert!(score.abs() < 2.6, "{score}");
}

#[test]
#[ignore = "a benchmark"]
fn what_a_password_costs() {
    let password = Password::given(PASSWORD);
    let hash = password.hash(&[1; SALT]).unwrap();
    let time = |work: &dyn Fn()| {
        let times: Vec<Duration> = (0..50)
            .map(|_| {
                let began = Instant::now();
                work();
                began.elapsed()
            })
            .collect();
        median(&times)
    };
    let once = peak();
    let hashing = time(&|| drop(password.hash(&[1; SALT])));
    let checking = time(&|| assert!(password.is_of(Some(&hash))));
    println!("hash {hashing:?}, check {checking:?}");
    println!(
        "memory at its most: {once} after a hash, {} after a hundred",
        peak()
    );
    let judging = time(&|| drop(Password::choose(PASSWORD, &["ann@example.com"])));
    println!("judge {judging:?}, memory {}", peak());
}

/// The most memory that the process had, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.unwrap_or("unknown").trim().to_owned()
}

#[tokio::test]
#[ignore = "a benchmark"]
async fn what_an_access_token_costs() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await;
    let tokens = auth.access_tokens().unwrap();
    let mut times = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        let signing = tokens.key(NOW).await.unwrap();
        let session = kernel::SessionId::derive("", "one");
        signing.mint(&ann.user, session, NOW).unwrap();
        times.push(began.elapsed());
    }
    println!("mint {:?}", median(&times));
}
