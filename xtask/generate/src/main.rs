//! `generate gen | check | new <function> [METHOD path]`: see `cargo xtask`.

use std::process::ExitCode;

const USAGE: &str = "generate gen                            writes every generated file
generate check                          lists what is stale or missing
generate new <function> [METHOD path]   starts an endpoint, or <service>-on-<event>, or a schedule";

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["gen"] => {
            for line in generate::write()? {
                println!("{line}");
            }
            Ok(ExitCode::SUCCESS)
        }
        ["check"] => {
            let findings = generate::check::findings()?;
            for line in &findings {
                eprintln!("{line}");
            }
            Ok(if findings.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        ["new", name] => new(name, None),
        ["new", name, method, path] => new(name, Some((method, path))),
        _ => {
            eprintln!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}

fn new(name: &str, route: Option<(&str, &str)>) -> anyhow::Result<ExitCode> {
    for line in generate::scaffold::start(&generate::root(), name, route)? {
        println!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}
