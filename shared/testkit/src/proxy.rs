//! A proxy between a function and a server that it calls: it lets requests pass, and makes trouble
//! where a test asks for it.

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::wire::Message;

/// What befalls a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection ends before anything was read of it.
    Refused,
    /// The connection ends in the middle of the answer.
    Reset,
    /// It arrives and is done, and its answer is lost.
    AnswerLost,
    /// It takes so long, and is done.
    Slow(Duration),
    /// It does not arrive, and this status is answered.
    Status(u16),
}

/// A proxy before one server.
pub struct Proxy {
    address: String,
    shared: Arc<Shared>,
}

/// What a test tells a proxy, and what it has seen.
#[derive(Default)]
struct Shared {
    rules: Mutex<Vec<Rule>>,
    seen: Mutex<Vec<Seen>>,
}

struct Rule {
    part: String,
    trouble: Trouble,
    left: usize,
}

/// A request that came by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its method and path: `POST /v1/refunds`.
    pub request: String,
    /// Its `Idempotency-Key`.
    pub key: Option<String>,
}

impl Proxy {
    /// A proxy before the server at `http://host:port`.
    ///
    /// # Panics
    /// When there is no port for it.
    pub fn before(upstream: &str) -> Self {
        let upstream = upstream
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the proxy");
        let port = listener.local_addr().expect("the proxy's address");
        let shared = Arc::new(Shared::default());
        let ours = Arc::clone(&shared);
        // The thread ends with the process: it waits for connections that no longer come.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, shared) = (upstream.clone(), Arc::clone(&ours));
                std::thread::spawn(move || {
                    // What breaks is the connection of somebody who has gone.
                    let _ = pass(client, &upstream, &shared);
                });
            }
        });
        Self {
            address: format!("http://{port}"),
            shared,
        }
    }

    /// Where it is found.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Makes trouble for the next requests whose method and path hold a text.
    pub fn trouble(&self, part: &str, trouble: Trouble, times: usize) {
        lock(&self.shared.rules).push(Rule {
            part: part.to_owned(),
            trouble,
            left: times,
        });
    }

    /// Makes no trouble any more.
    pub fn heal(&self) {
        lock(&self.shared.rules).clear();
    }

    /// The requests that came by, whatever befell them.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }
}

impl Shared {
    fn befalls(&self, request: &str) -> Option<Trouble> {
        let mut rules = lock(&self.rules);
        let rule = rules
            .iter_mut()
            .find(|rule| rule.left > 0 && request.contains(&rule.part))?;
        rule.left -= 1;
        Some(rule.trouble)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[allow(
    clippy::disallowed_methods,
    reason = "a connection's thread has nothing else to do while its request is slow"
)]
fn pass(client: TcpStream, upstream: &str, shared: &Shared) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut answers = client.try_clone()?;
    let mut requests = BufReader::new(client);
    let Some(asked) = Message::read(&mut requests)? else {
        return Ok(());
    };
    let request: Vec<&str> = asked.first.split(' ').take(2).collect();
    let request = request.join(" ");
    lock(&shared.seen).push(Seen {
        request: request.clone(),
        key: asked.header("idempotency-key").map(str::to_owned),
    });
    let trouble = shared.befalls(&request);
    match trouble {
        Some(Trouble::Refused) => return answers.shutdown(Shutdown::Both),
        Some(Trouble::Status(status)) => {
            let answer = format!(
                "HTTP/1.1 {status} Trouble\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
            );
            answers.write_all(answer.as_bytes())?;
            return answers.shutdown(Shutdown::Both);
        }
        Some(Trouble::Slow(time)) => std::thread::sleep(time),
        Some(Trouble::Reset | Trouble::AnswerLost) | None => {}
    }
    let mut server = TcpStream::connect(upstream)?;
    server.set_nodelay(true)?;
    server.write_all(&asked.closing())?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    if trouble == Some(Trouble::AnswerLost) {
        return answers.shutdown(Shutdown::Both);
    }
    if trouble == Some(Trouble::Reset) {
        answers.write_all(answer.get(..answer.len() / 2).unwrap_or_default())?;
        return answers.shutdown(Shutdown::Both);
    }
    answers.write_all(&answer)?;
    // The answer says that its connection closes, so it must.
    answers.shutdown(Shutdown::Both)
}
