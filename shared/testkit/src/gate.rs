//! A gate between a function and its database: it lets calls pass, counts the writes, and shuts at
//! the moment that a test has chosen.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bootstrap::Mishap;
use crate::wire::Message;

/// A gate that is open.
pub(crate) struct Gate {
    address: String,
    counts: Arc<Counts>,
}

/// Transactions that came, and those of them that were done.
#[derive(Default)]
struct Counts {
    sent: AtomicUsize,
    done: AtomicUsize,
}

impl Gate {
    /// Opens a gate before an endpoint. `kill` ends the function; the gate calls it when the time
    /// has come.
    pub(crate) fn open(endpoint: &str, when: Mishap, kill: Arc<dyn Fn() + Send + Sync>) -> Self {
        let upstream = endpoint
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the gate");
        let address = format!(
            "http://{}",
            listener.local_addr().expect("the gate's address")
        );
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        // The thread ends with the process: it waits for connections that no longer come.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, kill) = (upstream.clone(), Arc::clone(&kill));
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || {
                    // What breaks is the connection of a function that was killed.
                    let _ = pass(client, &upstream, when, &*kill, &counted);
                });
            }
        });
        Self { address, counts }
    }

    /// Where the function finds it.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// How many transactions were done.
    pub(crate) fn transactions(&self) -> usize {
        self.counts.done.load(Ordering::SeqCst)
    }
}

/// What DynamoDB says when it has trouble of its own.
const OUTAGE: &str = "HTTP/1.1 500 Internal Server Error\r\n\
    content-type: application/x-amz-json-1.0\r\nconnection: close\r\ncontent-length: 65\r\n\r\n\
    {\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\"}";

fn pass(
    client: TcpStream,
    upstream: &str,
    when: Mishap,
    kill: &dyn Fn(),
    counts: &Counts,
) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut answers = client.try_clone()?;
    let mut requests = BufReader::new(client);
    let Some(request) = Message::read(&mut requests)? else {
        return Ok(());
    };
    let target = request.header("x-amz-target").unwrap_or_default();
    let writes = target.ends_with(".TransactWriteItems");
    let number = |count: &AtomicUsize| count.fetch_add(1, Ordering::SeqCst) + 1;
    if writes && Some(number(&counts.sent)) == when.before() {
        kill();
        return Ok(());
    }
    let mut answer = Vec::new();
    if writes && when == Mishap::Outage {
        answer.extend_from_slice(OUTAGE.as_bytes());
    } else {
        let mut server = TcpStream::connect(upstream)?;
        server.set_nodelay(true)?;
        server.write_all(&request.closing())?;
        server.read_to_end(&mut answer)?;
    }
    let done = writes && answer.starts_with(b"HTTP/1.1 200");
    if done && Some(number(&counts.done)) == when.after() {
        kill();
        return Ok(());
    }
    answers.write_all(&answer)?;
    // The answer says that its connection closes, so it must.
    answers.shutdown(std::net::Shutdown::Both)
}
