//! What a client of the local cloud needs to know, as variables: for shells, tests and tools.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::cloud::Ports;
use crate::http;

/// The region that the stand-in plays.
const REGION: &str = "us-east-1";

/// Names and values.
#[derive(Clone)]
pub struct Environment(Vec<(String, String)>);

impl Environment {
    /// What reaches the AWS stand-in as the account's owner.
    pub fn of_account(ports: Ports) -> Self {
        let endpoint = gateway(ports);
        let search = search(ports);
        let stripe = stripe(ports);
        let pairs = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("OPENSEARCH_URL", search.as_str()),
            ("STRIPE_URL", stripe.as_str()),
            // A card of Stripe's test mode that every bank says yes to.
            ("TEST_PAYMENT_METHOD", "pm_card_visa"),
            ("STRIPE_WEBHOOK_SECRET", super::deploy::WEBHOOK_SECRET),
            ("STAGE", super::deploy::STAGE),
        ];
        Self(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        )
    }

    /// With more of them; of two with one name the later holds.
    pub fn and(mut self, more: impl IntoIterator<Item = (String, String)>) -> Self {
        for (name, value) in more {
            self.0.retain(|(known, _)| *known != name);
            self.0.push((name, value));
        }
        self
    }

    /// A value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Gives them to a program, in place of what it would inherit of the same kind.
    pub fn give_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_PROFILE")
            .envs(self.0.iter().map(|(name, value)| (name, value)))
    }

    /// Writes a file for `source`; no value holds a quote.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut text = String::from("# Written by `cargo xtask up`: `source .local/env`\n");
        for (name, value) in &self.0 {
            text.push_str(&format!("export {name}='{value}'\n"));
        }
        Ok(std::fs::write(file, text)?)
    }

    /// Reads such a file.
    pub fn read(file: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(file).ok()?;
        let pair = |line: &str| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('\'').to_owned()))
        };
        Some(Self(text.lines().filter_map(pair).collect()))
    }

    /// Whether the account it speaks of answers.
    pub fn answers(&self) -> bool {
        let health = |url: &str| http::get(&format!("{url}/_ministack/health"));
        self.get("AWS_ENDPOINT_URL")
            .and_then(health)
            .is_some_and(|(status, _)| status == 200)
    }
}

/// The address of the AWS stand-in.
pub fn gateway(ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.gateway)
}

/// The address of the Stripe stand-in.
pub fn stripe(ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.stripe)
}

/// The address of the OpenSearch stand-in.
pub fn search(ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.search)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_environment_is_read_again() {
        let file = std::env::temp_dir().join(format!("environment-{}", std::process::id()));
        let written = Environment::of_account(Ports {
            gateway: 7,
            search: 8,
            stripe: 9,
        })
        .and([(
            "API_URL".to_owned(),
            "http://127.0.0.1:7/_aws/execute-api/a/$default".to_owned(),
        )]);
        written.write(&file).unwrap();
        let read = Environment::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(read.0, written.0);
        assert!(!read.answers());
    }
}
