//! Lambda's Runtime API, as much of it as one invocation needs.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::wire::Message;

/// What the function told the runtime.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// Its answer.
    Answer(Value),
    /// An error, of the invocation or of the start.
    Error(Value),
}

/// A runtime that has one event to give.
pub(crate) struct Runtime {
    address: String,
    told: Receiver<Told>,
}

impl Runtime {
    /// Serves one event, which must be answered before a deadline in milliseconds since 1970.
    pub(crate) fn serve(event: &Value, deadline_ms: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the runtime");
        let address = listener
            .local_addr()
            .expect("the runtime's address")
            .to_string();
        let (teller, told) = channel();
        let event = Arc::new(Mutex::new(Some(event.to_string())));
        // The thread ends with the process: it waits for connections that no longer come.
        std::thread::spawn(move || {
            for function in listener.incoming().flatten() {
                let (event, teller) = (Arc::clone(&event), teller.clone());
                std::thread::spawn(move || {
                    let _ = talk(function, &event, &teller, deadline_ms);
                });
            }
        });
        Self { address, told }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn told(&self) -> &Receiver<Told> {
        &self.told
    }
}

fn talk(
    function: TcpStream,
    event: &Mutex<Option<String>>,
    teller: &Sender<Told>,
    deadline_ms: i64,
) -> std::io::Result<()> {
    function.set_nodelay(true)?;
    let mut answers = function.try_clone()?;
    let mut requests = BufReader::new(function);
    while let Some(request) = Message::read(&mut requests)? {
        let path = request.path().to_owned();
        if path.ends_with("/invocation/next") {
            let next = event.lock().ok().and_then(|mut event| event.take());
            let Some(event) = next else {
                // There is nothing more; the function waits until it is ended.
                std::thread::park();
                return Ok(());
            };
            let id = uuid::Uuid::new_v4();
            write!(
                answers,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                 lambda-runtime-aws-request-id: {id}\r\n\
                 lambda-runtime-deadline-ms: {deadline_ms}\r\n\
                 lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:000000000000:function:test\r\n\
                 lambda-runtime-trace-id: Root=1-00000000-000000000000000000000000\r\n\
                 content-length: {}\r\n\r\n{event}",
                event.len(),
            )?;
        } else {
            let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
            let told = if path.ends_with("/response") {
                Told::Answer(body)
            } else {
                Told::Error(body)
            };
            let _ = teller.send(told);
            answers.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
        }
    }
    Ok(())
}
