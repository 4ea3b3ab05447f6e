//! Stands between a function and the database: every call, its time and its capacity units.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use testkit::wire::Message;

use crate::units::{self, Units};

/// One call of the database.
#[derive(Debug, Clone)]
pub struct Call {
    /// What was asked of it: `GetItem`, `Query`, …
    pub operation: String,
    /// What DynamoDB would charge for it.
    pub units: Units,
    /// When the request was there, whole.
    pub from: Instant,
    /// When the answer was on its way.
    pub to: Instant,
}

/// What a function is to find in the database's place.
pub struct Recorder {
    address: SocketAddr,
    encrypted: bool,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Recorder {
    /// Listens on a port of its own, in plain or, with a configuration, over TLS.
    pub fn open(database: SocketAddr, tls: Option<Arc<ServerConfig>>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("a port for the recorder")?;
        let address = listener.local_addr()?;
        let calls = Arc::new(Mutex::new(Vec::new()));
        let encrypted = tls.is_some();
        let record = Arc::clone(&calls);
        // The thread ends with this program.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (tls, record) = (tls.clone(), Arc::clone(&record));
                // What breaks is the connection of a function that was ended.
                std::thread::spawn(move || drop(serve(client, database, tls, &record)));
            }
        });
        Ok(Self {
            address,
            encrypted,
            calls,
        })
    }

    /// The endpoint that a function is told.
    pub fn endpoint(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The calls since this was last asked.
    pub fn take(&self) -> Vec<Call> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut calls)
    }
}

/// The time during which at least one of the calls was with the database.
pub fn busy(calls: &[Call]) -> Duration {
    let mut spans: Vec<_> = calls.iter().map(|call| (call.from, call.to)).collect();
    spans.sort_unstable();
    let mut total = Duration::ZERO;
    let mut covered: Option<Instant> = None;
    for (from, to) in spans {
        let from = covered.map_or(from, |until| from.max(until));
        total += to.saturating_duration_since(from);
        covered = Some(covered.map_or(to, |until| until.max(to)));
    }
    total
}

fn serve(
    client: TcpStream,
    database: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    record: &Mutex<Vec<Call>>,
) -> Result<()> {
    client.set_nodelay(true)?;
    match tls {
        Some(config) => {
            let stream = StreamOwned::new(ServerConnection::new(config)?, client);
            pass_on(BufReader::new(stream), database, record)
        }
        None => pass_on(BufReader::new(client), database, record),
    }
}

fn pass_on<S: Read + Write>(
    mut client: BufReader<S>,
    database: SocketAddr,
    record: &Mutex<Vec<Call>>,
) -> Result<()> {
    let mut upstream = None;
    loop {
        // Nothing of a request may be counted as the database's time before it is all there.
        if client.fill_buf()?.is_empty() {
            return Ok(());
        }
        let Some(mut request) = Message::read(&mut client)? else {
            return Ok(());
        };
        let from = Instant::now();
        let target = request.header("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        request.body = asking_for_units(&request.body)?;
        let upstream = match &mut upstream {
            Some(open) => open,
            none => none.insert(connect(database)?),
        };
        upstream.get_mut().write_all(&request.bytes())?;
        let answer = Message::read(upstream)?.context("the database has closed")?;
        let (answer, units) = without_units(answer, &operation)?;
        // Held until the call is recorded: who has the answer may look for it at once.
        let mut calls = record.lock().unwrap_or_else(PoisonError::into_inner);
        client.get_mut().write_all(&answer.bytes())?;
        client.get_mut().flush()?;
        calls.push(Call {
            operation,
            units,
            from,
            to: Instant::now(),
        });
    }
}

fn connect(database: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(database)?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

/// The request with the wish to be told of its capacity units. Its signature no longer fits, which
/// the database does not look at.
fn asking_for_units(body: &[u8]) -> Result<Vec<u8>> {
    let mut body: Value = serde_json::from_slice(body)?;
    body["ReturnConsumedCapacity"] = json!("TOTAL");
    Ok(serde_json::to_vec(&body)?)
}

/// The answer as the function would have had it, and the units.
fn without_units(mut answer: Message, operation: &str) -> Result<(Message, Units)> {
    let mut body: Value = serde_json::from_slice(&answer.body)?;
    let consumed = body
        .as_object_mut()
        .and_then(|body| body.remove("ConsumedCapacity"));
    let units = units::consumed(operation, consumed.as_ref());
    answer.body = serde_json::to_vec(&body)?;
    // It is of the body as it was.
    answer
        .headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case("x-amz-crc32"));
    Ok((answer, units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_side_by_side_are_counted_once() {
        let start = Instant::now();
        let call = |from: u64, to: u64| Call {
            operation: "GetItem".to_owned(),
            units: Units::default(),
            from: start + Duration::from_millis(from),
            to: start + Duration::from_millis(to),
        };
        let cases = [
            (vec![], 0),
            (vec![call(0, 5)], 5),
            (vec![call(0, 5), call(10, 12)], 7),
            (vec![call(3, 9), call(0, 5)], 9),
            (vec![call(0, 10), call(2, 4), call(9, 11)], 11),
        ];
        for (calls, expected) in cases {
            assert_eq!(busy(&calls), Duration::from_millis(expected), "{calls:?}");
        }
    }

    #[test]
    fn the_function_does_not_see_that_units_were_asked_for() {
        let asked: Value =
            serde_json::from_slice(&asking_for_units(br#"{"TableName":"t"}"#).unwrap()).unwrap();
        assert_eq!(asked["ReturnConsumedCapacity"], "TOTAL");
        let answer = Message {
            first: "HTTP/1.1 200 OK".to_owned(),
            headers: vec![("X-Amz-Crc32".to_owned(), "1".to_owned())],
            body: br#"{"Item":{},"ConsumedCapacity":{"CapacityUnits":0.5}}"#.to_vec(),
        };
        let (answer, units) = without_units(answer, "GetItem").unwrap();
        assert_eq!(answer.body, br#"{"Item":{}}"#);
        assert!(answer.headers.is_empty());
        assert_eq!(
            units,
            Units {
                read: 0.5,
                write: 0.0
            }
        );
    }
}
