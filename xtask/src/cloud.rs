//! The stand-ins for AWS, OpenSearch and Stripe: three servers on loopback, and where they keep things.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::{self, Started};
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{command, http};

/// How long the servers live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Until this program ends, however it ends.
    WithUs,
    /// Until `cargo xtask down`.
    Detached,
}

/// How many servers there are.
const SERVERS: usize = 3;

/// The ports that the servers listen on.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// AWS, and the HTTP API below a path of it.
    pub gateway: u16,
    /// OpenSearch.
    pub search: u16,
    /// Stripe.
    pub stripe: u16,
}

impl Ports {
    /// The developer's, unless told otherwise.
    pub const GATEWAY: u16 = 4566;

    /// Neighbours.
    pub fn from(gateway: u16) -> Self {
        Self {
            gateway,
            search: gateway + 1,
            stripe: gateway + 2,
        }
    }
}

/// One local cloud: its folder, and what runs for it.
pub struct Cloud {
    folder: PathBuf,
    sources: PathBuf,
    keeps_state: bool,
    /// Held for as long as the folder is ours alone.
    _lock: Option<File>,
}

impl Cloud {
    /// The one that `cargo xtask up` starts; it keeps its state from one start to the next.
    pub fn of_developer(workspace: &Workspace) -> Self {
        Self {
            folder: workspace.local(),
            sources: workspace.cloud_sources(),
            keeps_state: true,
            _lock: None,
        }
    }

    /// The one that a run of the tests starts: other ports, and a state that ends with it. Runs at
    /// the same time have folders of their own; the system frees a folder when its run ends.
    pub fn of_tests(workspace: &Workspace) -> Result<Self> {
        for number in 1_u32.. {
            let name = if number == 1 {
                "test".to_owned()
            } else {
                format!("test-{number}")
            };
            let folder = workspace.local().join(name);
            std::fs::create_dir_all(&folder)?;
            let lock = File::create(folder.join("lock"))?;
            if lock.try_lock().is_ok() {
                return Ok(Self {
                    folder,
                    sources: workspace.cloud_sources(),
                    keeps_state: false,
                    _lock: Some(lock),
                });
            }
        }
        bail!("no folder is free")
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The signing key of this cloud, made once for its state.
    pub fn signing_key(&self) -> PathBuf {
        self.folder.join("keys/private.pem")
    }

    /// What the deployment told of itself.
    pub fn outputs(&self) -> PathBuf {
        self.folder.join("outputs.json")
    }

    fn record(&self) -> PathBuf {
        self.folder.join("processes.json")
    }

    /// What runs now.
    pub fn running(&self) -> Result<Vec<Started>> {
        let mut known = process::recall(&self.record())?;
        known.retain(Started::is_running);
        Ok(known)
    }

    /// Whether the last server was killed before it could save its state. Files that it stored are
    /// there then, and the tables and stacks that speak of them are not.
    pub fn lost_its_state(&self) -> bool {
        self.folder.join("unsaved").exists()
    }

    /// Forgets the state: tables, files, keys, what was deployed.
    pub fn forget(&self) -> Result<()> {
        for name in [
            "state",
            "stripe.pickle",
            "s3",
            "keys",
            "tmp",
            "env",
            "seeded",
            "unsaved",
            "outputs.json",
        ] {
            let path = self.folder.join(name);
            let outcome = if path.is_dir() {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            match outcome {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether all servers run.
    pub fn is_whole(&self) -> Result<bool> {
        Ok(self.running()?.len() == SERVERS)
    }

    /// Starts the servers and waits until they answer.
    pub fn start(&self, tools: &Tools, ports: Ports, life: Life) -> Result<String> {
        for (port, what) in [
            (ports.gateway, "the local AWS"),
            (ports.search, "the local OpenSearch"),
            (ports.stripe, "the local Stripe"),
        ] {
            if http::is_taken(port) {
                bail!(
                    "port {port}, wanted for {what}, is taken by another program; \
                     `cargo xtask up --port <another>` (and the two after it) goes elsewhere"
                );
            }
        }
        std::fs::create_dir_all(self.folder.join("tmp"))?;
        let mut started = Vec::new();
        let servers: [(&str, Command); SERVERS] = [
            ("ministack", self.gateway(tools, ports, life)),
            ("osmem", search(&tools.search_server()?, ports, life)),
            ("localstripe", self.stripe(tools, ports, life)),
        ];
        for (name, mut server) in servers {
            let log = File::create(self.folder.join(format!("{name}.log")))?;
            let child = server
                .stdin(Stdio::null())
                .stdout(log.try_clone()?)
                .stderr(log)
                .spawn()
                .with_context(|| format!("cannot start {name}"))?;
            started.push(Started::note(name, child.id())?);
            // Written after each, so that a failure between the two leaves none behind.
            process::remember(&self.record(), &started)?;
        }
        self.wait_for(&started, ports)?;
        Ok(format!(
            "AWS on 127.0.0.1:{}, OpenSearch on 127.0.0.1:{}, Stripe on 127.0.0.1:{}",
            ports.gateway, ports.search, ports.stripe
        ))
    }

    fn wait_for(&self, started: &[Started], ports: Ports) -> Result<()> {
        let waits = [
            format!("http://127.0.0.1:{}/_ministack/health", ports.gateway),
            format!("http://127.0.0.1:{}/", ports.search),
            format!("http://127.0.0.1:{}/_config/health", ports.stripe),
        ];
        let until = Instant::now() + Duration::from_secs(60);
        for (server, url) in started.iter().zip(waits) {
            while http::get(&url).is_none_or(|(status, _)| status != 200) {
                if !server.is_running() || Instant::now() > until {
                    let log = self.folder.join(format!("{}.log", server.name));
                    bail!("{} does not answer\n{}", server.name, last_lines(&log));
                }
                crate::interrupt::pause();
            }
        }
        Ok(())
    }

    fn gateway(&self, tools: &Tools, ports: Ports, life: Life) -> Command {
        let mut server = bare(tools.python());
        server
            .arg(self.sources.join("ministack_server.py"))
            .env("GATEWAY_PORT", ports.gateway.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("MINISTACK_HOST", "127.0.0.1")
            // Roles are enforced, so that a missing grant is found here and not on AWS.
            .env("AUTH", "true")
            .env("IOT_MTLS_ENABLED", "0")
            // Of each function one environment stays warm; those that a burst has made go soon.
            .env("LAMBDA_WARM_TTL_SECONDS", "10")
            .env(
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", ports.gateway),
            )
            .env(
                "MINISTACK_OPENSEARCH_ENDPOINT",
                format!("127.0.0.1:{}", ports.search),
            )
            .env("STATE_DIR", self.folder.join("state"))
            .env("TMPDIR", self.folder.join("tmp"));
        if self.keeps_state {
            server
                .env("PERSIST_STATE", "1")
                .env("S3_PERSIST", "1")
                .env("S3_DATA_DIR", self.folder.join("s3"));
        }
        if life == Life::WithUs {
            server.env("CLOUD_OWNER", std::process::id().to_string());
        }
        server
    }

    fn stripe(&self, tools: &Tools, ports: Ports, life: Life) -> Command {
        let mut server = bare(tools.python());
        server
            .arg(self.sources.join("localstripe_server.py"))
            .env("PORT", ports.stripe.to_string());
        if self.keeps_state {
            server.env("STATE_FILE", self.folder.join("stripe.pickle"));
        }
        if life == Life::WithUs {
            server.env("CLOUD_OWNER", std::process::id().to_string());
        }
        server
    }

    /// Ends what runs; whether anything did.
    pub fn stop(&self) -> Result<bool> {
        let running = self.running()?;
        let outcomes: Vec<Result<()>> = running.iter().rev().map(Started::stop).collect();
        outcomes.into_iter().collect::<Result<()>>()?;
        // The functions' unpacked code, of every deployment since the start.
        let _ = std::fs::remove_dir_all(self.folder.join("tmp"));
        match std::fs::remove_file(self.record()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        Ok(!running.is_empty())
    }
}

fn search(program: &Path, ports: Ports, life: Life) -> Command {
    let mut server = bare(program);
    server
        .args(["-addr", &format!("127.0.0.1:{}", ports.search)])
        .arg("-no-stdin-watch");
    if life == Life::WithUs {
        server.args(["-parent-pid", &std::process::id().to_string()]);
    }
    server
}

/// A server in a group of its own, out of ctrl-c's way, that sees nothing of our environment:
/// functions inherit the server's, and on AWS they would find none of it.
fn bare(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut server = command::new(program);
    server
        .env_clear()
        .env("LANG", "C.UTF-8")
        .env("PYTHONUNBUFFERED", "1");
    for name in ["PATH", "HOME"] {
        if let Some(value) = std::env::var_os(name) {
            server.env(name, value);
        }
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut server, 0);
    server
}

/// The end of a log, for an error.
fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(15);
    lines.get(from..).unwrap_or_default().join("\n")
}
