//! `cargo xtask test`: a local cloud that lives as long as the tests, and every test against it.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::cloud::{Cloud, Life, Ports};
use crate::deploy::Deployment;
use crate::environment::Environment;
use crate::interrupt::Interrupt;
use crate::step::Steps;
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{command, doctor, functions, http};

/// Builds, starts, deploys, tests; and stops what it started, however the tests went.
pub fn run(workspace: &Workspace, rest: &[OsString]) -> Result<ExitCode> {
    let interrupt = Interrupt::watch()?;
    let cloud = Cloud::of_tests(workspace)?;
    let tools = Tools::of(workspace);
    let mut steps = Steps::default();
    steps.run("doctor", doctor::quick)?;
    steps.run("tools", || {
        Ok(format!(
            "{}; {}; {}",
            tools.install_nextest()?,
            tools.install_cloud()?,
            tools.install_checks()?
        ))
    })?;
    interrupt.check()?;
    steps.run("lint", || lint(workspace))?;
    interrupt.check()?;
    steps.run("build functions", || {
        functions::build_all(workspace, &functions::Wanted::default())
    })?;
    interrupt.check()?;
    steps.run("build tests", || build_tests(workspace, &tools, rest))?;
    interrupt.check()?;

    // A run that was killed leaves its state, and its servers end by themselves; both go first.
    cloud.stop()?;
    cloud.forget()?;
    let [gateway, search, stripe] = http::free_ports()?;
    let ports = Ports {
        gateway,
        search,
        stripe,
    };
    let deployment = Deployment {
        workspace,
        tools: &tools,
        cloud: &cloud,
        ports,
    };
    let outcome = test(&deployment, &mut steps, &interrupt, rest);
    cloud.stop()?;
    outcome
}

fn test(
    deployment: &Deployment<'_>,
    steps: &mut Steps,
    interrupt: &Interrupt,
    rest: &[OsString],
) -> Result<ExitCode> {
    let Deployment {
        workspace,
        tools,
        cloud,
        ports,
    } = *deployment;
    let mint = workspace.target().join("debug/mint");
    steps.run("start", || cloud.start(tools, ports, Life::WithUs))?;
    interrupt.check()?;
    steps.run("deploy", || deployment.deploy(&mint))?;
    let environment = deployment.environment(&mint)?;
    environment.write(&cloud.folder().join("env"))?;
    steps.run("health", || deployment.wait_until_healthy(&environment))?;
    interrupt.check()?;
    eprintln!("\n{}\n", steps.summary());
    nextest(workspace, tools, &environment, interrupt, rest)
}

/// The form of the code, and what clippy says of it; a warning fails.
fn lint(workspace: &Workspace) -> Result<String> {
    let passes: [(&[&str], &str); 2] = [
        (&["fmt", "--all", "--check"], "run `cargo fmt --all`"),
        (
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--quiet",
                "--",
                "-D",
                "warnings",
            ],
            "see above",
        ),
    ];
    for (arguments, remedy) in passes {
        let mut cargo = command::new("cargo");
        cargo.args(arguments).current_dir(workspace.root());
        command::must(&mut cargo, remedy)?;
    }
    Ok("clean".to_owned())
}

fn build_tests(workspace: &Workspace, tools: &Tools, rest: &[OsString]) -> Result<String> {
    let mut build = tools.cargo();
    build
        .args(["nextest", "run", "--workspace", "--no-run"])
        .args(rest)
        .current_dir(workspace.root());
    command::must(&mut build, "see the compiler's messages above")?;
    Ok("built".to_owned())
}

/// What looks at all that the other tests leave: the lines that they have had written, and the books.
const LAST: &str = "test(=auth::logs::no_line_of_any_test_looks_like_a_token_a_hash_or_a_key) \
     + test(=payments::books::every_account_and_wallet_is_the_sum_of_its_postings_after_all_tests)";

/// The tests; and when all were asked for, after them those that look at what they leave.
fn nextest(
    workspace: &Workspace,
    tools: &Tools,
    environment: &Environment,
    interrupt: &Interrupt,
    rest: &[OsString],
) -> Result<ExitCode> {
    let run = |rest: &[OsString]| {
        let mut nextest = tools.cargo();
        // One failure says little of the rest; whoever wants to stop at it says so.
        nextest
            .args(["nextest", "run", "--workspace", "--no-fail-fast"])
            .args(rest)
            .current_dir(workspace.root());
        environment.give_to(&mut nextest);
        let mut nextest = nextest.spawn().context("cannot run cargo nextest")?;
        interrupt.wait(&mut nextest)
    };
    let all = run(rest)?;
    if !rest.is_empty() || !all.success() {
        return Ok(command::exit_code(all));
    }
    let last = run(&["--run-ignored", "all", "-E", LAST].map(OsString::from))?;
    Ok(command::exit_code(last))
}
