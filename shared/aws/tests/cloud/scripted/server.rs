//! A server that answers as it is told, one step a request; the last step repeats.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

type Make = Box<dyn Fn(&[Value]) -> Step + Send>;

pub enum Step {
    /// A status and a body.
    Answer(u16, Value),
    /// The request is taken and the connection closed.
    Lost,
    /// The request is taken and nothing comes.
    Hang,
    /// What this makes of the requests so far.
    After(Make),
}

impl Step {
    pub fn ok() -> Self {
        Self::answer(serde_json::json!({}))
    }

    pub fn answer(body: Value) -> Self {
        Self::Answer(200, body)
    }

    pub fn error(kind: &str, mut body: Value) -> Self {
        body["__type"] = format!("com.amazonaws.dynamodb.v20120810#{kind}").into();
        body["message"] = "scripted".into();
        Self::Answer(400, body)
    }
}

pub struct Server {
    address: SocketAddr,
    play: Arc<Mutex<Play>>,
}

struct Play {
    steps: Vec<Step>,
    requests: Vec<Value>,
}

impl Server {
    pub fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let play = Arc::new(Mutex::new(Play {
            steps,
            requests: Vec::new(),
        }));
        let played = Arc::clone(&play);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let play = Arc::clone(&played);
                std::thread::spawn(move || serve(connection, &play));
            }
        });
        Self { address, play }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bodies of the requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.play.lock().unwrap().requests.clone()
    }
}

fn serve(connection: TcpStream, play: &Mutex<Play>) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let mut writer = connection;
    while let Some(request) = read(&mut reader) {
        // Not held while the connection waits: others are served meanwhile.
        let turn = play.lock().unwrap().next(request);
        match turn {
            Turn::Answer(answer) => {
                if writer.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
            Turn::Close => return,
            Turn::Wait => {
                // The connection stays open until the caller leaves.
                let _ = reader.read(&mut [0]);
                return;
            }
        }
    }
}

enum Turn {
    Answer(String),
    Close,
    Wait,
}

impl Play {
    fn next(&mut self, request: Value) -> Turn {
        self.requests.push(request);
        let step = self.requests.len().min(self.steps.len()) - 1;
        self.turn(&self.steps[step])
    }

    fn turn(&self, step: &Step) -> Turn {
        match step {
            Step::Answer(status, body) => {
                let body = body.to_string();
                Turn::Answer(format!(
                    "HTTP/1.1 {status} scripted\r\ncontent-type: application/x-amz-json-1.0\r\n\
                     content-length: {}\r\n\r\n{body}",
                    body.len()
                ))
            }
            Step::Lost => Turn::Close,
            Step::Hang => Turn::Wait,
            Step::After(make) => self.turn(&make(&self.requests)),
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
