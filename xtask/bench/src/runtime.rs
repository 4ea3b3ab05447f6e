//! Lambda's Runtime API, with the time of everything that goes over it.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use testkit::wire::Message;

/// What a function does next must come within this; Lambda itself waits ten seconds for a start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A runtime that one function talks to.
pub struct Runtime {
    address: String,
    events: Sender<String>,
    heard: Receiver<Heard>,
    over: Arc<AtomicBool>,
}

/// What the function said.
enum Heard {
    /// It asked for an event.
    Next(Instant),
    /// It answered the event that it was handed.
    Answered(Answer),
    /// It could not start, or failed with the event.
    Failed(String),
}

/// The answer to one event.
pub struct Answer {
    /// When the event was handed over.
    pub from: Instant,
    /// When the answer was there, whole.
    pub to: Instant,
    /// What it is.
    pub body: Vec<u8>,
}

/// What the threads of the connections have in common.
struct Desk {
    events: Mutex<Receiver<String>>,
    handed_over: Mutex<Option<Instant>>,
    heard: Sender<Heard>,
}

impl Runtime {
    /// Listens on a port of its own.
    pub fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("a port for the runtime")?;
        let address = listener.local_addr()?.to_string();
        let (events, waiting) = channel();
        let (teller, heard) = channel();
        let over = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&over);
        let desk = Arc::new(Desk {
            events: Mutex::new(waiting),
            handed_over: Mutex::new(None),
            heard: teller,
        });
        std::thread::spawn(move || {
            for function in listener.incoming().flatten() {
                if closed.load(Ordering::Acquire) {
                    return;
                }
                let desk = Arc::clone(&desk);
                // What breaks is the connection of a function that was ended.
                std::thread::spawn(move || drop(desk.talk(function)));
            }
        });
        Ok(Self {
            address,
            events,
            heard,
            over,
        })
    }

    /// Where the function finds it: host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits until the function asks for an event, and says when it did. A function that is over by
    /// then is not waited for.
    pub fn next(&self, mut is_over: impl FnMut() -> bool) -> Result<Instant> {
        match self.hear(&mut is_over)? {
            Heard::Next(at) => Ok(at),
            Heard::Answered(_) => bail!("it answered what it was not asked"),
            Heard::Failed(why) => bail!("it failed: {why}"),
        }
    }

    /// Hands an event to a function that waits for one, and takes its answer.
    pub fn ask(&self, event: &str, mut is_over: impl FnMut() -> bool) -> Result<Answer> {
        self.events.send(event.to_owned())?;
        match self.hear(&mut is_over)? {
            Heard::Answered(answer) => Ok(answer),
            Heard::Next(_) => bail!("it asked for another event before it answered"),
            Heard::Failed(why) => bail!("it failed: {why}"),
        }
    }

    fn hear(&self, is_over: &mut dyn FnMut() -> bool) -> Result<Heard> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            match self.heard.recv_timeout(Duration::from_millis(100)) {
                Ok(heard) => return Ok(heard),
                Err(_) if is_over() => bail!("it has ended"),
                Err(_) => {}
            }
        }
        bail!("it says nothing")
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // The listener looks up when somebody comes.
        let _ = TcpStream::connect(&self.address);
    }
}

impl Desk {
    fn talk(&self, function: TcpStream) -> Result<()> {
        function.set_nodelay(true)?;
        let mut answers = function.try_clone()?;
        let mut requests = BufReader::new(function);
        while let Some(request) = Message::read(&mut requests)? {
            let at = Instant::now();
            if request.path().ends_with("/invocation/next") {
                self.heard.send(Heard::Next(at))?;
                let event = lock(&self.events).recv()?;
                let message = invocation(&event)?;
                *lock(&self.handed_over) = Some(Instant::now());
                answers.write_all(message.as_bytes())?;
                continue;
            }
            let from = lock(&self.handed_over).take();
            let heard = match from {
                Some(from) if request.path().ends_with("/response") => Heard::Answered(Answer {
                    from,
                    to: at,
                    body: request.body,
                }),
                _ => Heard::Failed(String::from_utf8_lossy(&request.body).into_owned()),
            };
            self.heard.send(heard)?;
            answers.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn invocation(event: &str) -> Result<String> {
    #[allow(
        clippy::disallowed_methods,
        reason = "the deadline is the machine's own time, which the function compares it with"
    )]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let deadline = (now + PATIENCE).as_millis();
    Ok(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
         lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
         lambda-runtime-deadline-ms: {deadline}\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\n\
         lambda-runtime-trace-id: Root=1-00000000-000000000000000000000000\r\n\
         content-length: {}\r\n\r\n{event}",
        event.len(),
    ))
}
