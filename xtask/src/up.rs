//! `cargo xtask up`: from a checkout to a running shop.

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;

use crate::cloud::{Cloud, Life, Ports};
use crate::deploy::{self, Deployment};
use crate::environment::Environment;
use crate::interrupt::Interrupt;
use crate::step::Steps;
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{doctor, functions};

/// How to start.
#[derive(Default)]
pub struct Wanted {
    detach: bool,
    fresh: bool,
    port: Option<u16>,
}

impl Wanted {
    /// Reads `--detach`, `--fresh` and `--port N`.
    pub fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut wanted = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('d') | Long("detach") => wanted.detach = true,
                Long("fresh") => wanted.fresh = true,
                Long("port") => wanted.port = Some(arguments.value()?.parse()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(wanted)
    }
}

/// Builds, starts what does not run yet, deploys what changed.
pub fn run(workspace: &Workspace, wanted: Wanted) -> Result<()> {
    let interrupt = Interrupt::watch()?;
    let cloud = Cloud::of_developer(workspace);
    let tools = Tools::of(workspace);
    let mut steps = Steps::default();
    steps.run("doctor", doctor::quick)?;
    steps.run("tools", || tools.install_cloud())?;
    interrupt.check()?;
    steps.run("build", || {
        functions::build_all(workspace, &functions::Wanted::default())
    })?;
    interrupt.check()?;

    let here = Environment::read(&cloud.folder().join("env"));
    if wanted.fresh {
        cloud.stop()?;
        cloud.forget()?;
    }
    // The port of the last start, so that addresses stay what they were.
    let last = here.as_ref().and_then(port_of);
    let joins = cloud.is_whole()? && here.as_ref().is_some_and(Environment::answers);
    let ports = match (wanted.port, last) {
        (Some(port), Some(last)) if joins && port != last => {
            bail!("the local cloud runs on port {last} already; `cargo xtask down` first")
        }
        (Some(port), _) | (None, Some(port)) => Ports::from(port),
        (None, None) => Ports::from(Ports::GATEWAY),
    };
    let life = if wanted.detach {
        Life::Detached
    } else {
        Life::WithUs
    };
    if !joins {
        cloud.stop()?;
        if cloud.lost_its_state() {
            eprintln!(
                "the local cloud was killed before it could save its state; it starts afresh"
            );
            cloud.forget()?;
        }
        steps.run("start", || cloud.start(&tools, ports, life))?;
    }

    let deployment = Deployment {
        workspace,
        tools: &tools,
        cloud: &cloud,
        ports,
    };
    let outcome = bring_up(&deployment, &mut steps, &interrupt);
    let environment = match outcome {
        Ok(environment) => environment,
        Err(error) => {
            if !joins {
                cloud.stop()?;
            }
            return Err(error);
        }
    };
    eprintln!("\n{}", steps.summary());
    show(&environment);
    if joins {
        eprintln!("it ran before and runs on; `cargo xtask down` stops it");
    } else if wanted.detach {
        eprintln!(
            "`cargo xtask logs --follow` shows what the functions say; `cargo xtask down` stops it"
        );
    } else {
        eprintln!("ctrl-c stops it\n");
        let mut logs = deploy::follow_logs(workspace, &tools, &environment).spawn()?;
        let ended = interrupt.wait(&mut logs);
        cloud.stop()?;
        eprintln!("stopped");
        ended?;
    }
    Ok(())
}

fn bring_up(
    deployment: &Deployment<'_>,
    steps: &mut Steps,
    interrupt: &Interrupt,
) -> Result<Environment> {
    let mint = deployment.workspace.target().join("debug/mint");
    steps.run("deploy", || deployment.deploy(&mint))?;
    interrupt.check()?;
    let environment = deployment.environment(&mint)?;
    environment.write(&deployment.cloud.folder().join("env"))?;
    steps.run("health", || deployment.wait_until_healthy(&environment))?;
    interrupt.check()?;
    steps.run("demo shop", || deployment.seed(&environment))?;
    interrupt.check()?;
    Ok(environment)
}

fn port_of(environment: &Environment) -> Option<u16> {
    environment
        .get("AWS_ENDPOINT_URL")?
        .rsplit(':')
        .next()?
        .parse()
        .ok()
}

fn show(environment: &Environment) {
    let url = environment.get("API_URL").unwrap_or_default();
    eprintln!("\n  API         {url}");
    eprintln!("  reference   {url}/docs");
    eprintln!("  products    {url}/api/v1/products");
    eprintln!(
        "  AWS         {}",
        environment.get("AWS_ENDPOINT_URL").unwrap_or_default()
    );
    eprintln!(
        "  OpenSearch  {}",
        environment.get("OPENSEARCH_URL").unwrap_or_default()
    );
    eprintln!(
        "  `source .local/env` gives a shell these addresses, ADMIN_EMAIL, ADMIN_PASSWORD and ADMIN_TOKEN,\n  and the same for MANAGER, USER, USER2 and USER3\n"
    );
}

/// `cargo xtask status`.
pub fn status(workspace: &Workspace) -> Result<ExitCode> {
    let cloud = Cloud::of_developer(workspace);
    let running = cloud.running()?;
    for server in &running {
        println!("{:10} runs, pid {}", server.name, server.pid);
    }
    let environment = Environment::read(&cloud.folder().join("env")).filter(Environment::answers);
    let Some(environment) = environment.filter(|_| !running.is_empty()) else {
        println!("the local cloud does not run: `cargo xtask up` starts it");
        return Ok(ExitCode::FAILURE);
    };
    let url = format!("{}/health", environment.get("API_URL").unwrap_or_default());
    match crate::http::get(&url) {
        Some((status, body)) => println!("{url} answers {status}: {body}"),
        None => println!("{url} does not answer"),
    }
    show(&environment);
    Ok(ExitCode::SUCCESS)
}
