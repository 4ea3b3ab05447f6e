//! The other services, as far as the functions use them: S3, SQS, SNS, Secrets Manager and the
//! search engine.
//!
//! They answer at once and keep objects alone, so that a function's time is its own. What they
//! charge follows from the number of calls.

use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use testkit::wire::Message;

/// Every other service, on one port.
pub struct Elsewhere {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: HashMap<String, Vec<u8>>,
    calls: usize,
}

impl Elsewhere {
    /// Listens on a port of its own.
    pub fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("a port for other services")?;
        let address = listener.local_addr()?;
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        // The thread ends with this program.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || drop(serve(client, &state)));
            }
        });
        Ok(Self { address, state })
    }

    /// The endpoint of them all.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls since this was last asked.
    pub fn take(&self) -> usize {
        std::mem::take(
            &mut self
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .calls,
        )
    }
}

fn serve(client: TcpStream, state: &Mutex<State>) -> Result<()> {
    client.set_nodelay(true)?;
    let mut answers = client.try_clone()?;
    let mut requests = BufReader::new(client);
    while let Some(request) = Message::read(&mut requests)? {
        let answer = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.calls += 1;
            state.answer(&request)?
        };
        answers.write_all(&answer)?;
    }
    Ok(())
}

impl State {
    fn answer(&mut self, request: &Message) -> Result<Vec<u8>> {
        if request.header("x-amz-target") == Some("AmazonSQS.SendMessageBatch") {
            return Ok(taken_by_queue(&serde_json::from_slice(&request.body)?));
        }
        if request.header("x-amz-target") == Some("secretsmanager.GetSecretValue") {
            return Ok(secret(&serde_json::from_slice(&request.body)?));
        }
        if request.body.starts_with(b"Action=PublishBatch") {
            return Ok(taken_by_topic(&String::from_utf8_lossy(&request.body)));
        }
        if request.path().starts_with("/_cluster/health") {
            return Ok(reply("application/json", &[], br#"{"status":"green"}"#));
        }
        Ok(self.of_bucket(request))
    }

    fn of_bucket(&mut self, request: &Message) -> Vec<u8> {
        let (key, query) = request
            .path()
            .split_once('?')
            .unwrap_or((request.path(), ""));
        let method = request.first.split(' ').next().unwrap_or_default();
        let etag = "\"bench\"".to_owned();
        match method {
            "PUT" if !query.contains("partNumber") => {
                self.objects.insert(key.to_owned(), request.body.clone());
                reply("application/xml", &[("etag", etag)], b"")
            }
            "GET" | "HEAD" => {
                let Some(object) = self.objects.get(key) else {
                    return b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec();
                };
                let part = range(request.header("range"), object.len());
                let part = object.get(part).unwrap_or_default();
                reply("application/octet-stream", &[("etag", etag)], part)
            }
            _ => reply("application/xml", &[("etag", etag)], b""),
        }
    }
}

/// The bytes that a request asks for.
fn range(asked: Option<&str>, length: usize) -> std::ops::Range<usize> {
    let bounds = asked.and_then(|asked| asked.strip_prefix("bytes=")?.split_once('-'));
    let number = |text: &str| text.parse::<usize>().ok();
    let from = bounds.and_then(|(from, _)| number(from)).unwrap_or(0);
    let to = bounds.and_then(|(_, to)| number(to)).map(|to| to + 1);
    from.min(length)..to.unwrap_or(length).min(length)
}

/// A secret's value is its own name.
fn secret(asked: &Value) -> Vec<u8> {
    let body = json!({ "Name": asked["SecretId"], "SecretString": asked["SecretId"] });
    reply(
        "application/x-amz-json-1.1",
        &[],
        body.to_string().as_bytes(),
    )
}

fn taken_by_queue(batch: &Value) -> Vec<u8> {
    let entries = batch["Entries"].as_array().into_iter().flatten();
    let taken: Vec<_> = entries
        .map(|entry| json!({ "Id": entry["Id"], "MessageId": entry["Id"], "MD5OfMessageBody": "" }))
        .collect();
    let body = json!({ "Successful": taken, "Failed": [] }).to_string();
    reply("application/x-amz-json-1.0", &[], body.as_bytes())
}

fn taken_by_topic(form: &str) -> Vec<u8> {
    let is_id = |name: &str| {
        name.starts_with("PublishBatchRequestEntries.member.") && name.ends_with(".Id")
    };
    let ids = form
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| is_id(name));
    let taken: String = ids
        .map(|(_, id)| format!("<member><Id>{id}</Id><MessageId>{id}</MessageId></member>"))
        .collect();
    let body = format!(
        "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishBatchResult>\
         <Successful>{taken}</Successful><Failed/></PublishBatchResult></PublishBatchResponse>"
    );
    reply("text/xml", &[], body.as_bytes())
}

fn reply(media: &str, headers: &[(&str, String)], body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\ncontent-type: {media}\r\n");
    for (name, value) in headers {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    answer.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(body);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_ends_where_the_object_does() {
        for (asked, expected) in [
            (None, 0..10),
            (Some("bytes=0-3"), 0..4),
            (Some("bytes=4-99"), 4..10),
            (Some("bytes=12-99"), 10..10),
        ] {
            assert_eq!(range(asked, 10), expected, "{asked:?}");
        }
    }

    #[test]
    fn every_message_of_a_batch_is_taken() {
        let form = "Action=PublishBatch&PublishBatchRequestEntries.member.1.Id=0\
                    &PublishBatchRequestEntries.member.2.Id=1&TopicArn=x";
        let said = String::from_utf8(taken_by_topic(form)).unwrap();
        assert_eq!(said.matches("<Id>").count(), 2, "{said}");
        let batch = json!({ "Entries": [{ "Id": "0" }, { "Id": "1" }] });
        let said = String::from_utf8(taken_by_queue(&batch)).unwrap();
        assert_eq!(said.matches("MessageId").count(), 2, "{said}");
    }
}
