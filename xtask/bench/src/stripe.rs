//! The local cloud's Stripe, as a process of this run.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::Api;

/// The key that functions and this program show it. It takes any that looks like one.
pub const KEY: &str = "sk_test_of_the_bench";
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Stripe that runs.
pub struct Stripe {
    child: Child,
    address: SocketAddr,
}

impl Stripe {
    /// Starts it on a free port, with the Python that has its packages.
    pub fn start(python: &Path, root: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(python)
            .arg(root.join("xtask/cloud/localstripe_server.py"))
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", python.display()))?;
        let stripe = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        };
        let began = Instant::now();
        loop {
            let health = Api::at(stripe.url()).ask("GET", "/_config/health");
            match health.try_send() {
                Ok(_) => return Ok(stripe),
                Err(_) if began.elapsed() < PATIENCE => std::thread::yield_now(),
                Err(error) => return Err(error).context("the local Stripe does not start"),
            }
        }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The intent that was made for something of ours.
    pub fn intent_of(&self, reference: &str) -> Result<Value> {
        let api = Api::at(self.url()).with_token(KEY);
        let listed = api.get("/v1/payment_intents?limit=100");
        ensure!(listed.status == 200, "{listed}");
        let listed = listed.json();
        let mut intents = listed["data"].as_array().into_iter().flatten();
        let found = intents.find(|intent| intent["metadata"]["reference"] == reference);
        Ok(found.context("no intent of the payment")?.clone())
    }

    /// Answers the bank, as a shopper's browser does.
    pub fn authenticate(&self, secret: &str) -> Result<()> {
        let intent = secret.split("_secret_").next().unwrap_or_default();
        let form = format!("client_secret={secret}&success=true&key=pk_test_of_the_bench");
        let answered = Api::at(self.url())
            .ask(
                "POST",
                &format!("/v1/payment_intents/{intent}/_authenticate"),
            )
            .text("application/x-www-form-urlencoded", form)
            .send();
        ensure!(answered.status == 200, "{answered}");
        Ok(())
    }
}

impl Drop for Stripe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
