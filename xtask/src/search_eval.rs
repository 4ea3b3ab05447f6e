//! `cargo xtask search-eval`: how well search finds, on a judged catalogue and an engine of its own.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::step::Steps;
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{command, http, interrupt};

/// An engine that ends with us.
struct Engine(Child);

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Installs, builds, starts an engine and measures; the tool knows what the arguments mean. With
/// `--engine URL` another engine is measured, and none is started.
pub fn run(workspace: &Workspace, rest: &[OsString]) -> Result<ExitCode> {
    let tools = Tools::of(workspace);
    let mut steps = Steps::default();
    steps.run("tools", || {
        let told = [tools.install_cloud()?, tools.install_misspellings()?];
        Ok(told.join("; "))
    })?;
    let has = |flag: &str| rest.iter().any(|word| word == flag);
    let mut program = PathBuf::new();
    steps.run("build", || {
        let (built, how) = if has("--quick") {
            (workspace.tool("search-eval")?, "built")
        } else {
            (
                workspace.release("search-eval")?,
                "built as a release, since times are measured",
            )
        };
        program = built;
        Ok(how.to_owned())
    })?;
    let dictionary = tools.misspellings()?;
    let [port] = http::free_ports()?;
    let url = format!("http://127.0.0.1:{port}");
    let mut measure = command::new(&program);
    let engine = if has("--engine") {
        None
    } else {
        measure.args(["--engine", &url]);
        Some(start(&tools, port, &url)?)
    };
    let status = measure
        .arg("--misspellings")
        .arg(dictionary)
        .args(rest)
        .current_dir(workspace.root())
        .status()?;
    drop(engine);
    Ok(command::exit_code(status))
}

fn start(tools: &Tools, port: u16, url: &str) -> Result<Engine> {
    let server = command::new(tools.search_server()?)
        .args(["-addr", &format!("127.0.0.1:{port}"), "-no-stdin-watch"])
        .args(["-parent-pid", &std::process::id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let engine = Engine(server);
    let until = Instant::now() + Duration::from_secs(30);
    while http::get(url).is_none_or(|(status, _)| status != 200) {
        if Instant::now() > until {
            bail!("the search engine does not answer on {url}");
        }
        interrupt::pause();
    }
    Ok(engine)
}
