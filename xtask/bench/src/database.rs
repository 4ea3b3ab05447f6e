//! The database that stands in for DynamoDB, in memory or in a file, for as long as we run.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use manifest::{Index, Projection, Table};
use serde_json::{Value, json};
use testkit::wire::Message;

/// A database that runs.
pub struct Database {
    child: Child,
    address: SocketAddr,
    connection: Mutex<BufReader<TcpStream>>,
}

impl Database {
    /// Starts it on a free port.
    pub fn start(program: &Path, file: Option<&Path>) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(program);
        command.args(["serve", "--host", "127.0.0.1", "--log", "quiet", "--port"]);
        command.arg(port.to_string());
        if let Some(file) = file {
            command.arg("--db-path").arg(file);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut child = Some(child);
        let connection = match connect(address) {
            Ok(connection) => connection,
            Err(error) => {
                if let Some(mut child) = child.take() {
                    let _ = child.kill();
                    let _ = child.wait();
                }
                return Err(error);
            }
        };
        Ok(Self {
            child: child.context("the database")?,
            address,
            connection: Mutex::new(connection),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Calls it; an error is what it says of one.
    pub fn call(&self, operation: &str, input: &Value) -> Result<Value> {
        self.send(operation, serde_json::to_vec(input)?)
    }

    /// As [`call`](Self::call), with JSON that is text already.
    pub fn send(&self, operation: &str, body: Vec<u8>) -> Result<Value> {
        let request = Message {
            first: "POST / HTTP/1.1".to_owned(),
            headers: [
                ("host", "localhost".to_owned()),
                ("content-type", "application/x-amz-json-1.0".to_owned()),
                ("x-amz-target", format!("DynamoDB_20120810.{operation}")),
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature=0"
                        .to_owned(),
                ),
                ("x-amz-date", "20260101T000000Z".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
            body,
        };
        let answer = {
            let mut connection = self
                .connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            connection.get_mut().write_all(&request.bytes())?;
            Message::read(&mut *connection)?.context("the database has closed")?
        };
        let said: Value = serde_json::from_slice(&answer.body)
            .with_context(|| String::from_utf8_lossy(&answer.body).into_owned())?;
        if !answer.first.contains(" 200 ") {
            bail!("{operation}: {said}");
        }
        Ok(said)
    }

    /// Every item of a table.
    pub fn items(&self, table: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut scan = json!({ "TableName": table });
        loop {
            let mut page = self.call("Scan", &scan)?;
            if let Some(found) = page["Items"].as_array_mut() {
                items.append(found);
            }
            scan["ExclusiveStartKey"] = page["LastEvaluatedKey"].take();
            if scan["ExclusiveStartKey"].is_null() {
                return Ok(items);
            }
        }
    }

    /// Makes a table of the manifest under a name.
    pub fn create(&self, table: &Table, name: &str) -> Result<()> {
        self.call("CreateTable", &definition(table, name))?;
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn connect(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let began = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(BufReader::new(stream));
            }
            Err(_) if began.elapsed() < Duration::from_secs(10) => std::thread::yield_now(),
            Err(error) => return Err(error).context("the database does not start"),
        }
    }
}

/// A table as the templates make it.
pub fn definition(table: &Table, name: &str) -> Value {
    let mut attributes = vec!["pk", "sk"];
    for index in table.indexes {
        attributes.extend([index.partition, index.sort]);
    }
    attributes.sort_unstable();
    attributes.dedup();
    let attributes: Vec<_> = attributes
        .into_iter()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect();
    let mut definition = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": keys("pk", "sk"),
    });
    if !table.indexes.is_empty() {
        definition["GlobalSecondaryIndexes"] = table.indexes.iter().map(index).collect();
    }
    definition
}

fn index(index: &Index) -> Value {
    let projection = match index.projection {
        Projection::All => json!({ "ProjectionType": "ALL" }),
        Projection::Keys => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projection::Include(attributes) => {
            json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": attributes })
        }
    };
    json!({
        "IndexName": index.name,
        "KeySchema": keys(index.partition, index.sort),
        "Projection": projection,
    })
}

fn keys(partition: &str, sort: &str) -> Value {
    json!([
        { "AttributeName": partition, "KeyType": "HASH" },
        { "AttributeName": sort, "KeyType": "RANGE" },
    ])
}
