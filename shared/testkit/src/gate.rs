//! A gate between a function and its database: it lets calls pass, counts the writes, and shuts at
//! the moment that a test has chosen.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bootstrap::Kill;
use crate::wire::Message;

/// A gate that is open.
pub(crate) struct Gate {
    address: String,
    transactions: Arc<AtomicUsize>,
}

impl Gate {
    /// Opens a gate before an endpoint. `kill` ends the function; the gate calls it when the time
    /// has come.
    pub(crate) fn open(endpoint: &str, when: Kill, kill: Arc<dyn Fn() + Send + Sync>) -> Self {
        let upstream = endpoint
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the gate");
        let address = format!(
            "http://{}",
            listener.local_addr().expect("the gate's address")
        );
        let transactions = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&transactions);
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
        Self {
            address,
            transactions,
        }
    }

    /// Where the function finds it.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// How many transactions came to it.
    pub(crate) fn transactions(&self) -> usize {
        self.transactions.load(Ordering::SeqCst)
    }
}

fn pass(
    client: TcpStream,
    upstream: &str,
    when: Kill,
    kill: &dyn Fn(),
    counted: &AtomicUsize,
) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut answers = client.try_clone()?;
    let mut requests = BufReader::new(client);
    while let Some(request) = Message::read(&mut requests)? {
        let target = request.header("x-amz-target").unwrap_or_default();
        let number = target
            .ends_with(".TransactWriteItems")
            .then(|| counted.fetch_add(1, Ordering::SeqCst) + 1);
        if number.is_some() && number == when.before() {
            kill();
            return Ok(());
        }
        let mut server = TcpStream::connect(upstream)?;
        server.set_nodelay(true)?;
        server.write_all(&request.closing())?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        if number.is_some() && number == when.after() {
            kill();
            return Ok(());
        }
        answers.write_all(&answer)?;
        // The answer says that its connection closes, so it must.
        answers.shutdown(std::net::Shutdown::Both)?;
        return Ok(());
    }
    Ok(())
}
