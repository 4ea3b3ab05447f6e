//! Deploys to a local cloud, and reads back what it says.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cloud::{Cloud, Ports};
use crate::environment::{self, Environment};
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{accounts, command, http, token};

/// The stage that the local cloud plays.
pub const STAGE: &str = "local";

/// What the local Stripe signs webhooks with: no secret, for it listens on this machine alone.
pub const WEBHOOK_SECRET: &str = "whsec_of_the_local_cloud";

/// One deployment to one cloud.
pub struct Deployment<'a> {
    /// What is deployed.
    pub workspace: &'a Workspace,
    /// With what.
    pub tools: &'a Tools,
    /// To where.
    pub cloud: &'a Cloud,
    /// Which listens there.
    pub ports: Ports,
}

impl Deployment<'_> {
    /// Deploys template.yaml and gives the stage its keys.
    pub fn deploy(&self, mint: &Path) -> Result<String> {
        let root = self.workspace.root();
        let template = root.join("template.yaml");
        if !template.exists() {
            bail!("there is no template.yaml; `cargo xtask gen` writes it");
        }
        let mut script = self.script("deploy.py");
        script
            .args(["--stage", STAGE, "--template"])
            .arg(template)
            .arg("--manifest")
            .arg(root.join("infra/manifest.json"))
            .arg("--out")
            .arg(self.cloud.outputs());
        for (name, value) in [
            ("LocalGateway", environment::gateway(self.ports)),
            ("OpenSearchEndpoint", environment::search(self.ports)),
            ("StripeUrl", environment::stripe(self.ports)),
            ("Architecture", architecture().to_owned()),
            // Where the usual front-end servers of a developer's machine listen.
            (
                "CorsAllowedOrigins",
                "http://localhost:3000,http://localhost:5173".to_owned(),
            ),
            // Not the public URL, so that a token outlives a change of port.
            ("JwtIssuer", "https://ultramarket.local".to_owned()),
        ] {
            script.arg(format!("--parameter={name}={value}"));
        }
        let said = command::output(&mut script, "what CloudFormation says of it stands above")?;
        token::make_key(mint, self.cloud, &Environment::of_account(self.ports))?;
        self.introduce_stripe()?;
        Ok(said)
    }

    /// Gives the stage the keys of the local Stripe, which forgets where it sends webhooks when it ends.
    fn introduce_stripe(&self) -> Result<()> {
        let mut script = self.script("payments.py");
        script
            .args(["--stage", STAGE, "--webhook-secret", WEBHOOK_SECRET])
            .args(["--stripe", &environment::stripe(self.ports), "--outputs"])
            .arg(self.cloud.outputs());
        command::output(&mut script, "is the local Stripe there?").map(drop)
    }

    /// The variables of this deployment, with its accounts and fresh tokens for them; among them all
    /// that a function needs to run outside it, on the same tables.
    pub fn environment(&self, mint: &Path) -> Result<Environment> {
        let text = std::fs::read(self.cloud.outputs())?;
        let deployed: Value = serde_json::from_slice(&text)?;
        let url = deployed["outputs"]["ApiUrl"]
            .as_str()
            .context("the deployment has no output ApiUrl")?
            .to_owned();
        let key = self.cloud.signing_key().display().to_string();
        let account = Environment::of_account(self.ports);
        let accounts = accounts::seed(self.workspace, &account)?;
        let variables = deployed["variables"].as_object();
        let variables = variables
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        Ok(account
            .and(variables)
            .and([
                ("API_URL".to_owned(), url),
                ("SIGNING_KEY_FILE".to_owned(), key),
            ])
            .and(accounts::variables(&accounts))
            .and(token::starting_set(mint, self.cloud, &accounts)?))
    }

    /// Waits until the deployed API says that it is healthy.
    pub fn wait_until_healthy(&self, environment: &Environment) -> Result<String> {
        let url = environment.get("API_URL").unwrap_or_default();
        if let Err(error) = http::wait_for(&format!("{url}/health"), Duration::from_secs(30)) {
            eprintln!("what the function says:");
            let mut logs = self.script("logs.py");
            let _ = logs
                .args(["--stage", STAGE, "--since", "60", "platform-health"])
                .status();
            return Err(error);
        }
        Ok(url.to_owned())
    }

    /// Fills the demo shop.
    pub fn seed(&self, environment: &Environment) -> Result<String> {
        let mut script = self.script("seed.py");
        environment.give_to(&mut script);
        script
            .arg("--demo")
            .arg(self.workspace.root().join("xtask/demo"))
            .arg("--mark")
            .arg(self.cloud.folder().join("seeded"));
        command::output(
            &mut script,
            "`cargo xtask logs` shows what the functions say",
        )
    }

    fn script(&self, name: &str) -> Command {
        script(
            self.workspace,
            self.tools,
            &Environment::of_account(self.ports),
            name,
        )
    }
}

fn script(workspace: &Workspace, tools: &Tools, environment: &Environment, name: &str) -> Command {
    let mut script = command::new(tools.python());
    environment.give_to(&mut script);
    script
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(workspace.cloud_sources().join(name));
    script
}

/// `cargo xtask logs`.
pub fn logs(workspace: &Workspace, wanted: &[OsString]) -> Result<ExitCode> {
    let mut logs = local(workspace, "logs.py")?;
    Ok(command::exit_code(
        logs.args(["--stage", STAGE]).args(wanted).status()?,
    ))
}

/// `cargo xtask demo`.
pub fn demo(workspace: &Workspace) -> Result<ExitCode> {
    let mut demo = local(workspace, "demo.py")?;
    Ok(command::exit_code(demo.status()?))
}

/// `cargo xtask mails`.
pub fn mails(workspace: &Workspace, wanted: &[OsString]) -> Result<ExitCode> {
    let mut mails = local(workspace, "mails.py")?;
    Ok(command::exit_code(mails.args(wanted).status()?))
}

/// `cargo xtask reconcile`.
pub fn reconcile(workspace: &Workspace, wanted: &[OsString]) -> Result<ExitCode> {
    let mut reconcile = local(workspace, "reconcile.py")?;
    Ok(command::exit_code(
        reconcile.args(["--stage", STAGE]).args(wanted).status()?,
    ))
}

/// A script for the developer's cloud, while it runs.
fn local(workspace: &Workspace, name: &str) -> Result<Command> {
    let file = workspace.local().join("env");
    let Some(environment) = Environment::read(&file).filter(Environment::answers) else {
        bail!("the local cloud does not run: `cargo xtask up` starts it");
    };
    Ok(script(workspace, &Tools::of(workspace), &environment, name))
}

/// What follows the logs from now on.
pub fn follow_logs(workspace: &Workspace, tools: &Tools, environment: &Environment) -> Command {
    let mut logs = script(workspace, tools, environment, "logs.py");
    logs.args(["--stage", STAGE, "--follow", "--since", "2"]);
    logs
}

/// This machine's, in Lambda's words: the functions run on it.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x86_64"
    }
}
