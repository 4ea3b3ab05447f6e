//! What a developer runs: the local cloud, the tests, the generator. `cargo xtask` lists it.

mod accounts;
mod bench;
mod cloud;
mod command;
mod dead_letters;
mod deploy;
mod doctor;
mod environment;
mod functions;
mod http;
mod interrupt;
mod process;
mod search_eval;
mod sizes;
mod step;
mod test;
mod token;
mod tools;
mod up;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;

use crate::cloud::Cloud;
use crate::workspace::Workspace;

const USAGE: &str = "\
cargo xtask <command>

  up [--detach] [--fresh] [--port N]   build, start the local cloud, deploy, fill the demo shop;
                                       stays and shows the logs until ctrl-c, unless --detach
  down                                 stop what `up` started
  status                               what runs, and where
  logs [function] [--follow]           what the functions wrote
  token --role ROLE [--user usr_…] [--email …] [--days N]
                                       an access token for the local cloud
  mails [address]                      the mails that the local cloud took; whole those to an address
  reconcile [--all]                    compares Stripe's books with the ledger, and lists what differs;
                                       with --all also what is gone by itself
  appoint --stage NAME --email ADDRESS --role ROLE
                                       makes somebody staff, on any stage
  demo                                 a shopper's journey through the local shop, told as it happens
  dlq list [--all] | show FUNCTION | redrive FUNCTION [--id MESSAGE]  [--stage NAME]
                                       what was given up after all its tries, and sends it again
  rotate-keys [--stage NAME] [--leaked]
                                       the next signing key, of the local cloud or of a stage on AWS
  test [arguments of cargo nextest]    a local cloud of its own, then every test against it
  build [--release] [--arm64 | --target T]
                                       all functions into target/lambda/<function>/bootstrap; with
                                       --release also <function>.zip, and a table of sizes
  bench [--only PART] [--rounds N] [--quick] [--beside LABEL=BINARY]
                                       what the functions cost, beside other ways to write them
  search-eval [--data DIR] [--only PART] [--engine URL] [--keep]
                                       how well search finds, on a judged catalogue: relevance beside
                                       baselines, misspellings, facets, times
  gen | check | new <function>         write, check or begin what follows from the manifest
  doctor                               is everything here that this needs?
";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(Value(word)) => word.string()?,
        Some(Short('h') | Long("help")) | None => {
            print!("{USAGE}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    let asks_for_help = |word: &OsString| word == "--help" || word == "-h";
    // Programs that take our further words have a help of their own.
    let passes_on = ["test", "gen", "check", "new", "logs"].contains(&command.as_str());
    if !passes_on && std::env::args_os().skip(2).any(|word| asks_for_help(&word)) {
        print!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = Workspace::find()?;
    match command.as_str() {
        "up" => up::run(&workspace, up::Wanted::parse(arguments)?)?,
        "down" => {
            let stopped = Cloud::of_developer(&workspace).stop()?;
            eprintln!(
                "{}",
                if stopped {
                    "stopped"
                } else {
                    "nothing was running"
                }
            );
        }
        "status" => return up::status(&workspace),
        "logs" => return deploy::logs(&workspace, &rest(arguments)?),
        "token" => token::print(&workspace, &rest(arguments)?)?,
        "mails" => return deploy::mails(&workspace, &rest(arguments)?),
        "demo" => return deploy::demo(&workspace),
        "reconcile" => return deploy::reconcile(&workspace, &rest(arguments)?),
        "appoint" => return accounts::appoint(&workspace, &rest(arguments)?),
        "dlq" => return dead_letters::run(&workspace, &rest(arguments)?),
        "rotate-keys" => return token::rotate(&workspace, &rest(arguments)?),
        "test" => return test::run(&workspace, &rest(arguments)?),
        "build" => functions::build(&workspace, &functions::Wanted::parse(arguments)?)?,
        "bench" => return bench::run(&workspace, &rest(arguments)?),
        "search-eval" => return search_eval::run(&workspace, &rest(arguments)?),
        "gen" | "check" | "new" => return generate(&workspace, &command, &rest(arguments)?),
        "doctor" => doctor::report()?,
        unknown => bail!("there is no `cargo xtask {unknown}`\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// What another program gets as it stands; a `--` in front of it is ours.
fn rest(mut arguments: lexopt::Parser) -> Result<Vec<OsString>> {
    let mut rest: Vec<OsString> = arguments.raw_args()?.collect();
    if rest.first().is_some_and(|first| first == "--") {
        rest.remove(0);
    }
    Ok(rest)
}

/// The generator links every service, so it is a program of its own.
fn generate(workspace: &Workspace, command: &str, rest: &[OsString]) -> Result<ExitCode> {
    let generate = workspace.tool("generate")?;
    let status = command::new(&generate)
        .arg(command)
        .args(rest)
        .current_dir(workspace.root())
        .status()?;
    Ok(command::exit_code(status))
}
