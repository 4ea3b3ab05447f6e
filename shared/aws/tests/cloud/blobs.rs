use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aws::{Aws, BlobError, Blobs, Presigned, testing};
use manifest::resources::TRANSFERS;

use crate::cloud;

async fn blobs() -> Blobs {
    let aws = cloud().await;
    let name = testing::create_bucket(&aws).await.unwrap();
    let environment = aws.environment().clone().with(TRANSFERS.env(), name);
    let aws = Aws::connect(environment).await.unwrap();
    aws.blobs(&TRANSFERS).unwrap()
}

#[tokio::test]
async fn an_object_is_read_whole_and_in_part() {
    let blobs = blobs().await;
    assert!(matches!(blobs.get("a").await, Err(BlobError::Absent)));
    assert!(matches!(blobs.size("a").await, Err(BlobError::Absent)));
    blobs.put("a", "0123456789", "text/plain").await.unwrap();
    assert_eq!(blobs.get("a").await.unwrap(), b"0123456789");
    assert_eq!(blobs.size("a").await.unwrap(), 10);
    assert_eq!(blobs.get_range("a", 2, 5).await.unwrap(), b"234");
    assert_eq!(blobs.get_range("a", 8, 99).await.unwrap(), b"89");
    assert!(blobs.get_range("a", 5, 5).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_part_is_read_only_of_the_content_that_was_asked_for() {
    let blobs = blobs().await;
    blobs.put("a", "0123456789", "text/plain").await.unwrap();
    let head = blobs.head("a").await.unwrap();
    assert_eq!(head.size, 10);
    let etag = head.etag.as_deref();
    assert!(etag.is_some());
    assert_eq!(blobs.get_range_of("a", etag, 2, 5).await.unwrap(), b"234");
    blobs.put("a", "another one", "text/plain").await.unwrap();
    let refused = blobs.get_range_of("a", etag, 2, 5).await;
    assert!(matches!(refused, Err(BlobError::Changed)));
}

#[tokio::test]
async fn an_object_is_written_part_by_part_and_seen_when_it_is_finished() {
    let blobs = blobs().await;
    let mut writer = blobs.upload("big", "text/csv").await.unwrap();
    let line = vec![b'x'; 1024 * 1024];
    for _ in 0..9 {
        writer.write(&line).await.unwrap();
    }
    assert!(matches!(blobs.get("big").await, Err(BlobError::Absent)));
    writer.write(b"end").await.unwrap();
    writer.finish().await.unwrap();
    assert_eq!(blobs.size("big").await.unwrap(), 9 * 1024 * 1024 + 3);
    assert_eq!(
        blobs
            .get_range("big", 9 * 1024 * 1024 - 1, u64::MAX)
            .await
            .unwrap(),
        b"xend"
    );

    blobs
        .upload("empty", "text/csv")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    assert_eq!(blobs.size("empty").await.unwrap(), 0);
    let mut writer = blobs.upload("left", "text/csv").await.unwrap();
    writer.write(b"x").await.unwrap();
    writer.abandon().await.unwrap();
    assert!(matches!(blobs.get("left").await, Err(BlobError::Absent)));
}

/// Makes a presigned request with a bare socket, as any program could.
fn make(request: &Presigned, body: &[u8]) -> (u16, String) {
    let rest = request.url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut socket = TcpStream::connect(host).unwrap();
    let mut head = format!(
        "{} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n",
        request.method
    );
    for (name, value) in &request.headers {
        if !name.eq_ignore_ascii_case("host") && !name.eq_ignore_ascii_case("content-length") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(body).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[tokio::test]
async fn somebody_else_may_write_and_read_what_is_presigned() {
    let blobs = blobs().await;
    let minute = Duration::from_secs(60);
    let put = blobs
        .presign_put("theirs", "text/csv", Some(9), minute)
        .await
        .unwrap();
    assert_eq!(put.method, "PUT");
    assert!(put.url.contains("X-Amz-Expires=60"), "{}", put.url);
    assert!(
        put.headers
            .contains(&("content-type".into(), "text/csv".into())),
        "{put:?}"
    );
    assert!(
        put.headers.contains(&("content-length".into(), "9".into())),
        "{put:?}"
    );
    assert!(!put.url.contains("checksum"), "{}", put.url);
    let (status, answer) = make(&put, b"sku,price");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(blobs.get("theirs").await.unwrap(), b"sku,price");

    let get = blobs
        .presign_get("theirs", "my \"list\"\r\n.csv", minute)
        .await
        .unwrap();
    let (status, answer) = make(&get, b"");
    assert_eq!(status, 200, "{answer}");
    assert!(answer.ends_with("sku,price"));
    let too_long = Duration::from_secs(8 * 24 * 3600);
    assert!(blobs.presign_get("theirs", "x", too_long).await.is_err());
}
