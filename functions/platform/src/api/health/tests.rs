use super::*;
use aws::{Environment, testing};
use serde_json::Value;

fn told(report: Report) -> (u16, Value, Vec<(String, String)>) {
    let answer = report.into_answer(&Links::new(""));
    (
        answer.status,
        serde_json::from_slice(&answer.body).unwrap(),
        answer.headers,
    )
}

fn check_of(status: State) -> Check {
    Check {
        status,
        ms: Some(3),
        detail: None,
    }
}

#[test]
fn only_the_database_is_needed() {
    use State::{Disabled, Healthy, Unhealthy};
    let cases = [
        (Healthy, Healthy, 200, "healthy"),
        (Healthy, Disabled, 200, "healthy"),
        (Healthy, Unhealthy, 200, "healthy"),
        (Unhealthy, Healthy, 503, "unhealthy"),
        (Unhealthy, Unhealthy, 503, "unhealthy"),
    ];
    for (dynamodb, opensearch, status, word) in cases {
        let checks = Checks {
            dynamodb: check_of(dynamodb),
            opensearch: check_of(opensearch),
        };
        let (told_status, body, headers) = told(Report::of(checks, Timestamp::from_seconds(0)));
        assert_eq!(told_status, status, "{dynamodb:?} {opensearch:?}");
        assert_eq!(body["status"], word);
        assert_eq!(body["checks"]["dynamodb"]["ms"], 3);
        assert!(headers.contains(&("cache-control".into(), "no-store".into())));
    }
}

#[test]
fn the_report_has_the_contracts_members() {
    let checks = Checks {
        dynamodb: check_of(State::Healthy),
        opensearch: Check::disabled(),
    };
    let (_, body, _) = told(Report::of(checks, Timestamp::from_seconds(0)));
    let expected = serde_json::json!({
        "status": "healthy",
        "timestamp": "1970-01-01T00:00:00.000Z",
        "service": "ultramarket",
        "version": env!("CARGO_PKG_VERSION"),
        "checks": { "dynamodb": { "status": "healthy", "ms": 3 }, "opensearch": { "status": "disabled" } },
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_dependency_that_hangs_is_given_up_on() {
    let hung = check(std::future::pending()).await;
    assert_eq!(hung.status, State::Unhealthy);
    assert_eq!(hung.detail, Some("It did not answer in time."));
}

/// A port at which nobody answers, and that no other test is given.
const CLOSED: &str = "http://127.0.0.1:9";

/// The checks of a service that is to be healthy, as soon as it is: where the local cloud has much
/// to do, one round of them may be given up on.
async fn healthy(health: &Health) -> Checks {
    for _ in 0..60 {
        let checks = health.checks().await;
        if checks.dynamodb.status == State::Healthy {
            return checks;
        }
    }
    health.checks().await
}

async fn started(environment: Environment) -> Health {
    Health::start(&Aws::connect(environment).await.unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn health_starts_and_answers_while_everything_is_down() {
    let environment = Environment::of([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("PLATFORM_TABLE", "platform"),
    ]);
    let environment = environment
        .with("AWS_ENDPOINT_URL", CLOSED)
        .with("OPENSEARCH_ENDPOINT", CLOSED);
    // The quickest of some counts: a machine that does other things as well may halt one of them.
    let mut quickest = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let checks = started(environment.clone()).await.checks().await;
        assert_eq!(checks.dynamodb.status, State::Unhealthy);
        assert_eq!(checks.opensearch.status, State::Unhealthy);
        quickest = quickest.min(began.elapsed());
        if quickest < DEADLINE * 3 {
            break;
        }
    }
    assert!(
        quickest < DEADLINE * 3,
        "two rounds, each within the deadline"
    );
}

#[tokio::test]
async fn health_asks_the_table_itself() {
    let aws = testing::cloud(&[&resources::PLATFORM]).await.unwrap();
    let health = Health::start(&aws).await.unwrap();
    let checks = healthy(&health).await;
    assert_eq!(checks.dynamodb.status, State::Healthy);
    assert_eq!(checks.opensearch, Check::disabled());

    let other = testing::environment(&[&resources::PLATFORM]).unwrap();
    let checks = started(other).await.checks().await;
    assert_eq!(
        checks.dynamodb.status,
        State::Unhealthy,
        "there is no such table"
    );
}
