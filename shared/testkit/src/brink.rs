//! A use case in the test's own process that stops in the middle: after a chosen call to a database,
//! queue or topic, whose effect is there and whose answer never comes.
//!
//! A proxy stands between the use case and the local cloud and counts the calls. When the chosen
//! one is done, the use case is dropped where it waits, as a function is that Lambda ends. So a test
//! can stop it after every single call there is, and look at what becomes of what is left behind.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws::{Aws, Environment};
use tokio::sync::Notify;

use crate::wire::Message;

/// A proxy that stops who calls through it. It serves one run at a time.
pub struct Brink {
    address: String,
    watch: Arc<Watch>,
}

#[derive(Default)]
struct Watch(Mutex<Run>);

#[derive(Default)]
struct Run {
    calls: Vec<String>,
    stop_after: Option<usize>,
    reached: Arc<Notify>,
    /// Connections that are left without an answer: one that closed would be tried again.
    left: Vec<TcpStream>,
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// By itself.
    Done(T),
    /// It was stopped after this call.
    Stopped(String),
}

impl<T> Outcome<T> {
    /// What came of a run that ended by itself.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(got) => Some(got),
            Self::Stopped(_) => None,
        }
    }
}

impl Brink {
    /// Stands before the endpoint that an environment names.
    ///
    /// # Panics
    /// When there is no port for it, or no endpoint.
    pub fn before(environment: &Environment) -> Self {
        let upstream = environment
            .required(ENDPOINT)
            .unwrap_or_else(|error| panic!("{error}"));
        let watch = Arc::new(Watch::default());
        Self {
            address: open(&upstream, &watch),
            watch,
        }
    }

    /// Stands before another server too, whose calls are counted with the others, and says where.
    ///
    /// # Panics
    /// When there is no port for it.
    pub fn beside(&self, upstream: &str) -> String {
        open(upstream, &self.watch)
    }

    /// Clients that call through it.
    ///
    /// # Panics
    /// When the environment lacks something.
    pub async fn connect(&self, environment: &Environment) -> Aws {
        Aws::connect(environment.clone().with(ENDPOINT, self.address.clone()))
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Lets the work go on until so many of its calls are done, and drops it before it hears of
    /// the last of them. Work that needs fewer calls ends by itself.
    pub async fn after<T>(&self, calls: usize, work: impl Future<Output = T>) -> Outcome<T> {
        let reached = self.watch.begin(calls);
        let mut work = pin!(work);
        tokio::select! {
            biased;
            () = reached.notified() => Outcome::Stopped(self.calls().pop().unwrap_or_default()),
            got = &mut work => {
                self.watch.lock().stop_after = None;
                Outcome::Done(got)
            }
        }
    }

    /// The calls that were done in the last run, by their names.
    pub fn calls(&self) -> Vec<String> {
        self.watch.lock().calls.clone()
    }
}

/// The variable that names where all services are.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Run> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, stop_after: usize) -> Arc<Notify> {
        let mut run = self.lock();
        *run = Run {
            stop_after: Some(stop_after),
            ..Run::default()
        };
        Arc::clone(&run.reached)
    }

    /// Counts a call that is done; whether its answer may go back.
    fn done(&self, call: String, client: &TcpStream) -> std::io::Result<bool> {
        let mut run = self.lock();
        run.calls.push(call);
        let stops = run.stop_after.is_some_and(|last| run.calls.len() >= last);
        if stops {
            let client = client.try_clone()?;
            run.left.push(client);
            run.reached.notify_one();
        }
        Ok(!stops)
    }
}

/// Opens a port before a server, and says where it is.
fn open(upstream: &str, watch: &Arc<Watch>) -> String {
    let upstream = upstream
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the brink");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    let watching = Arc::clone(watch);
    // The thread ends with the process: it waits for connections that no longer come.
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (upstream, watch) = (upstream.clone(), Arc::clone(&watching));
            std::thread::spawn(move || {
                // What breaks is the connection of a use case that was dropped.
                let _ = pass(client, &upstream, &watch);
            });
        }
    });
    address
}

fn pass(client: TcpStream, upstream: &str, watch: &Watch) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut answers = client.try_clone()?;
    let mut requests = BufReader::new(client.try_clone()?);
    let Some(request) = Message::read(&mut requests)? else {
        return Ok(());
    };
    let mut server = TcpStream::connect(upstream)?;
    server.set_nodelay(true)?;
    server.write_all(&request.closing())?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let target = request.header("x-amz-target").unwrap_or(request.path());
    let call = target
        .rsplit(['.', '/'])
        .next()
        .unwrap_or(target)
        .to_owned();
    if watch.done(call, &client)? {
        answers.write_all(&answer)?;
        // The answer says that its connection closes, so it must.
        answers.shutdown(std::net::Shutdown::Both)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use manifest::resources::PLATFORM;

    /// A use case of three calls, and how many of them it heard an answer to.
    async fn thrice(aws: &Aws, heard: &Mutex<usize>) {
        let table = aws.table(&PLATFORM).unwrap();
        for _ in 0..3 {
            table.reach().await.unwrap();
            *heard.lock().unwrap() += 1;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_is_dropped_after_the_call_that_was_chosen() {
        let cloud = aws::testing::cloud(&[&PLATFORM]).await.unwrap();
        let brink = Brink::before(cloud.environment());
        for stop in 1..=3 {
            let aws = brink.connect(cloud.environment()).await;
            let heard = Mutex::new(0);
            let outcome = brink.after(stop, thrice(&aws, &heard)).await;
            assert_eq!(outcome, Outcome::Stopped("GetItem".to_owned()));
            assert_eq!(*heard.lock().unwrap(), stop - 1);
            assert_eq!(brink.calls().len(), stop);
        }
        let aws = brink.connect(cloud.environment()).await;
        let heard = Mutex::new(0);
        assert_eq!(brink.after(4, thrice(&aws, &heard)).await.done(), Some(()));
    }
}
