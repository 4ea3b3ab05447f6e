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

/// Takes pairs of times, and holds them to be of one thing. The first of a pair changes, so that
/// neither is always warmed up by the other.
async fn compare(names: [&str; 2], take: impl AsyncFn(usize, usize) -> Duration) {
    for number in PAIRS..PAIRS + 20 {
        take(0, number).await;
        take(1, number).await;
    }
    let mut times = [Vec::new(), Vec::new()];
    for number in 0..PAIRS {
        for turn in 0..2 {
            let which = (turn + number) % 2;
            times[which].push(take(which, number).await);
        }
    }
    let [one, other] = times;
    let ratio = median(&one).as_secs_f64() / median(&other).as_secs_f64();
    let score = apart(&one, &other);
    println!(
        "{} {:?}, {} {:?}, ratio {ratio:.3}, U {score:+.2}",
        names[0],
        median(&one),
        names[1],
        median(&other)
    );
    assert!((0.95..=1.05).contains(&ratio), "{ratio}");
    assert!(score.abs() < 2.6, "{score}");
}

#[tokio::test]
#[ignore = "a benchmark"]
async fn a_wrong_password_and_an_unknown_address_take_as_long() {
    let mut auth = auth().await;
    auth.limits.account_failures.most = u32::MAX;
    auth.limits.address_failures.most = u32::MAX;
    register(&auth, "ann").await;
    let names = ["ann", "nobody"];
    compare(
        ["wrong password", "unknown address"],
        async |which, number| failure(&auth, names[which], number).await,
    )
    .await;
}

#[tokio::test]
#[ignore = "a benchmark"]
async fn a_forgotten_password_takes_as_long_whether_there_is_an_account_or_not() {
    let auth = auth().await;
    // Each has an account of its own, since an account is mailed five times an hour.
    for number in 0..PAIRS + 20 {
        register(&auth, &format!("known{number}")).await;
    }
    let kinds = ["known", "other"];
    compare(
        ["known address", "unknown address"],
        async |which, number| {
            let name = format!("{}{number}", kinds[which]);
            let written = written(&name, Duration::ZERO);
            let began = Instant::now();
            let asked = auth.request_password_reset(&email(&name), &written).await;
            asked.unwrap();
            began.elapsed()
        },
    )
    .await;
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
