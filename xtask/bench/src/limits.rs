//! Stands before the database and limits transactions as DynamoDB does and no stand-in for it: one
//! transaction at a time near an item, and a thousand write units a second for each partition key.
//!
//! What indexes take is left out, and so is the burst that DynamoDB gives a partition that has
//! rested: the figures are what lasts.

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use testkit::wire::Message;

/// Write units a second that a partition key takes.
const UNITS: f64 = 1_000.0;
/// Seconds of them that may come at once.
const AT_ONCE: f64 = 0.1;
/// How long a transaction stays near its items: what DynamoDB answers in.
const TAKES: Duration = Duration::from_millis(5);

/// How often a transaction was refused for a limit.
#[derive(Debug, Default, Clone, Copy)]
pub struct Refused {
    /// Another was near an item of it.
    pub conflicts: u64,
    /// A partition key had no write units left.
    pub throttles: u64,
}

#[derive(Default)]
struct State {
    near: HashSet<String>,
    units: HashMap<String, (f64, Option<Instant>)>,
    refused: Refused,
}

/// The database, limited.
pub struct Limits {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// An action of a transaction: its item, its partition key, and the units that it takes.
struct Action {
    item: String,
    partition: String,
    units: f64,
}

impl Limits {
    /// Listens on a port of its own.
    pub fn open(database: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("a port for the limits")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        // The thread ends with this program.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || drop(serve(client, database, &state)));
            }
        });
        Ok(Self { address, state })
    }

    /// The endpoint that a client is told.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was refused since this was last asked.
    pub fn take(&self) -> Refused {
        std::mem::take(&mut lock(&self.state).refused)
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the thread stands for DynamoDB at work"
)]
fn serve(client: TcpStream, database: SocketAddr, state: &Mutex<State>) -> Result<()> {
    client.set_nodelay(true)?;
    let mut client = BufReader::new(client);
    let upstream = TcpStream::connect(database)?;
    upstream.set_nodelay(true)?;
    let mut upstream = BufReader::new(upstream);
    while let Some(request) = Message::read(&mut client)? {
        let target = request.header("x-amz-target").unwrap_or_default();
        let actions = if target.ends_with(".TransactWriteItems") {
            actions(&serde_json::from_slice(&request.body)?)
        } else {
            Vec::new()
        };
        if let Err(answer) = lock(state).enter(&actions, Instant::now()) {
            client.get_mut().write_all(&answer.bytes())?;
            continue;
        }
        if !actions.is_empty() {
            std::thread::sleep(TAKES);
        }
        upstream.get_mut().write_all(&request.bytes())?;
        let answer = Message::read(&mut upstream)?.context("the database has closed")?;
        lock(state).leave(&actions);
        client.get_mut().write_all(&answer.bytes())?;
    }
    Ok(())
}

impl State {
    /// Lets a transaction near its items, or says why not.
    fn enter(&mut self, actions: &[Action], now: Instant) -> Result<(), Message> {
        let met: Vec<bool> = actions
            .iter()
            .map(|action| self.near.contains(&action.item))
            .collect();
        if met.contains(&true) {
            self.refused.conflicts += 1;
            return Err(cancelled(&met, "TransactionConflict"));
        }
        let mut wanted = HashMap::<&str, f64>::new();
        for action in actions {
            *wanted.entry(&action.partition).or_default() += action.units;
        }
        let full = UNITS * AT_ONCE;
        for partition in wanted.keys() {
            let (left, at) = self
                .units
                .entry((*partition).to_owned())
                .or_insert((full, None));
            let since = at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
            *left = (*left + since.as_secs_f64() * UNITS).min(full);
            *at = Some(now);
        }
        let left = |partition: &str| self.units.get(partition).map_or(0.0, |(left, _)| *left);
        let dry = |partition: &str| wanted.get(partition).is_some_and(|w| *w > left(partition));
        let dry: Vec<bool> = actions
            .iter()
            .map(|action| dry(&action.partition))
            .collect();
        if dry.contains(&true) {
            self.refused.throttles += 1;
            return Err(cancelled(&dry, "ThrottlingError"));
        }
        for (partition, units) in wanted {
            if let Some((left, _)) = self.units.get_mut(partition) {
                *left -= units;
            }
        }
        self.near
            .extend(actions.iter().map(|action| action.item.clone()));
        Ok(())
    }

    fn leave(&mut self, actions: &[Action]) {
        for action in actions {
            self.near.remove(&action.item);
        }
    }
}

/// The actions of a transaction. Each costs two units a kilobyte, and what is changed in place here
/// is smaller than one.
fn actions(request: &Value) -> Vec<Action> {
    let actions = request["TransactItems"].as_array().into_iter().flatten();
    let of = |action: &Value| {
        let (_, action) = action.as_object()?.iter().next()?;
        let key = if action["Key"].is_null() {
            &action["Item"]
        } else {
            &action["Key"]
        };
        let part = |name: &str| key[name]["S"].as_str().unwrap_or_default().to_owned();
        let bytes = action["Item"].to_string().len();
        Some(Action {
            item: format!("{}/{}", part("pk"), part("sk")),
            partition: part("pk"),
            units: 2.0 * bytes.div_ceil(1024).max(1) as f64,
        })
    };
    actions.filter_map(of).collect()
}

/// DynamoDB's own refusal of a transaction.
fn cancelled(which: &[bool], code: &str) -> Message {
    let reasons = which.iter().map(|met| {
        if *met {
            json!({ "Code": code, "Message": "a limit" })
        } else {
            json!({ "Code": "None" })
        }
    });
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons.collect::<Vec<_>>(),
    });
    Message {
        first: "HTTP/1.1 400 Bad Request".to_owned(),
        headers: vec![(
            "content-type".to_owned(),
            "application/x-amz-json-1.0".to_owned(),
        )],
        body: body.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(item: &str) -> Action {
        Action {
            item: item.to_owned(),
            partition: "stock".to_owned(),
            units: 2.0,
        }
    }

    #[test]
    fn one_transaction_is_near_an_item_at_a_time() {
        let mut state = State::default();
        let now = Instant::now();
        assert!(state.enter(&[action("a"), action("b")], now).is_ok());
        let met = state.enter(&[action("b"), action("c")], now).unwrap_err();
        let body: Value = serde_json::from_slice(&met.body).unwrap();
        let codes = ["TransactionConflict", "None"];
        for (reason, code) in codes.iter().enumerate() {
            assert_eq!(body["CancellationReasons"][reason]["Code"], *code);
        }
        assert!(state.enter(&[action("c")], now).is_ok());
        state.leave(&[action("a"), action("b")]);
        assert!(state.enter(&[action("b")], now).is_ok());
    }

    #[test]
    fn a_partition_takes_a_thousand_units_a_second() {
        let mut state = State::default();
        let start = Instant::now();
        let mut done = 0;
        for millis in 0..1_000 {
            for _ in 0..2 {
                let now = start + Duration::from_millis(millis);
                if state.enter(&[action("a")], now).is_ok() {
                    state.leave(&[action("a")]);
                    done += 1;
                }
            }
        }
        // Five hundred, and what may come at once at the start.
        assert!((545..=555).contains(&done), "{done}");
    }
}
