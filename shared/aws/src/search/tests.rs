use super::*;
use crate::Environment;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn environment(endpoint: &str) -> Environment {
    Environment::of([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        (
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        ),
        ("AWS_SESSION_TOKEN", "session"),
        (ENDPOINT, endpoint),
    ])
}

/// Serves one answer on a port of its own, and gives back what was asked.
async fn serving(
    status: &'static str,
    body: &'static str,
) -> (String, tokio::task::JoinHandle<String>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let read = stream.read(&mut asked).await.unwrap();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&asked[..read]).into_owned()
    });
    (endpoint, asked)
}

async fn engine(endpoint: &str) -> SearchEngine {
    let aws = Aws::connect(environment(endpoint)).await.unwrap();
    aws.search().await.unwrap().unwrap()
}

#[tokio::test]
async fn a_stage_without_an_endpoint_has_no_search_engine() {
    let aws = Aws::connect(environment("")).await.unwrap();
    assert!(aws.search().await.unwrap().is_none());
    let aws = Aws::connect(environment("search.example:9200"))
        .await
        .unwrap();
    let error = aws.search().await.unwrap_err();
    assert!(error.to_string().contains(ENDPOINT), "{error}");
}

#[tokio::test]
async fn health_is_what_the_cluster_says() {
    let body = r#"{"cluster_name":"a","status":"yellow"}"#;
    let (endpoint, asked) = serving("200 OK", body).await;
    assert_eq!(
        engine(&endpoint).await.health().await.unwrap(),
        ClusterHealth::Yellow
    );
    let asked = asked.await.unwrap();
    assert!(
        asked.starts_with("GET /_cluster/health HTTP/1.1"),
        "{asked}"
    );
    assert!(
        !asked.to_lowercase().contains("authorization"),
        "plain HTTP is not signed"
    );
}

#[tokio::test]
async fn what_is_down_or_refuses_is_told_apart() {
    let (endpoint, _asked) = serving("403 Forbidden", "").await;
    let error = engine(&endpoint).await.health().await.unwrap_err();
    assert!(
        matches!(error, EngineError::Status { status: 403, .. }),
        "{error:?}"
    );

    // Nobody is there, and no other test is given this port.
    let error = engine("http://127.0.0.1:9")
        .await
        .health()
        .await
        .unwrap_err();
    assert!(matches!(error, EngineError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_domain_is_asked_with_a_signature_for_its_own_region_and_service() {
    let engine = engine("https://search.example/").await;
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let url = format!("{}/_cluster/health", engine.endpoint);
    let headers = engine.signer.unwrap().sign("GET", &url, &[], at).unwrap();
    let header = |wanted: &str| {
        let found = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let expected = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-central-1/es/aws4_request, \
                    SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=";
    assert!(header("authorization").starts_with(expected), "{headers:?}");
    assert_eq!(header("x-amz-date"), "20260101T000000Z");
    assert_eq!(header("x-amz-security-token"), "session");
}

#[tokio::test]
async fn a_body_goes_with_its_media_type_and_its_length_and_a_search_is_a_get() {
    for (ask, line, media) in [
        (
            Ask::Find(b"{}"),
            "GET /products/_search HTTP/1.1",
            "application/json",
        ),
        (
            Ask::Post(b"{}\n{}\n"),
            "POST /products/_search HTTP/1.1",
            "application/x-ndjson",
        ),
        (
            Ask::Put(b"{}"),
            "PUT /products/_search HTTP/1.1",
            "application/json",
        ),
    ] {
        let (endpoint, asked) = serving("200 OK", "{\"took\":1}").await;
        let answer = engine(&endpoint).await.ask("/products/_search", ask).await;
        assert_eq!(answer.unwrap().good().unwrap()["took"], 1);
        let asked = asked.await.unwrap().to_lowercase();
        assert!(asked.starts_with(&line.to_lowercase()), "{asked}");
        assert!(asked.contains(&format!("content-type: {media}")), "{asked}");
        assert!(asked.contains("content-length: "), "{asked}");
    }
}

#[tokio::test]
async fn what_the_engine_refuses_is_an_answer_and_that_it_is_busy_is_an_error() {
    let body = r#"{"error":{"reason":"no such index [products]"},"status":404}"#;
    let (endpoint, _asked) = serving("404 Not Found", body).await;
    let answer = engine(&endpoint)
        .await
        .ask("/products", Ask::Get)
        .await
        .unwrap();
    assert_eq!(answer.status, 404);
    let error = answer.good().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the search engine answered 404: no such index [products]"
    );

    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let (endpoint, _asked) = serving(status, "").await;
        let error = engine(&endpoint).await.ask("/products", Ask::Get).await;
        assert!(
            matches!(error, Err(EngineError::Unavailable(_))),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn an_engine_that_keeps_us_waiting_is_not_available() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let engine = engine(&endpoint)
        .await
        .with_patience(Duration::from_millis(50));
    let error = engine.health().await.unwrap_err();
    assert!(matches!(error, EngineError::Unavailable(_)), "{error:?}");
}
