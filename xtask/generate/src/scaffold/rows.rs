//! The rows of a new function, put where a reader would look for them.

use super::{Kind, Start};
use std::path::PathBuf;

type Change = Box<dyn Fn(&str) -> Option<String>>;

/// Files of the manifest, and how each changes.
pub(super) fn changes(start: &Start<'_>) -> Vec<(PathBuf, Change)> {
    let constant = start.constant();
    let service = start.service.to_owned();
    let source = |file: &str| PathBuf::from("shared/manifest/src").join(file);
    let (row, module): ((PathBuf, Change), &str) = match start.kind {
        Kind::Endpoint { method, path } => {
            let (who, rate) = if method == "GET" {
                ("Public", "Browse")
            } else {
                ("Shopper", "Write")
            };
            let line = format!("{constant}  {method}  \"{path}\"  {who}  {rate};");
            (
                (
                    source("routes.rs"),
                    Box::new(move |text| route(text, &service, &line)),
                ),
                "routes",
            )
        }
        Kind::Consumer => {
            let row = format!(
                "/// Say what it does with what it hears.\npub const {constant}: Source = Source {{\n    name: function_name!({constant}),\n    service: \"{service}\",\n    hears: Hears::Events(&[]),\n    ..Source::DEFAULT\n}};\n"
            );
            let constant = constant.clone();
            (
                (
                    source("consumers.rs"),
                    Box::new(move |text| listed(text, &row, &constant)),
                ),
                "consumers",
            )
        }
        Kind::Schedule => {
            let row = format!(
                "/// Say what it does.\npub const {constant}: Schedule = Schedule {{\n    name: function_name!({constant}),\n    service: \"{service}\",\n    every_minutes: 60,\n    sizing: Sizing::EVENTS,\n    critical: false,\n}};\n"
            );
            let constant = constant.clone();
            (
                (
                    source("schedules.rs"),
                    Box::new(move |text| listed(text, &row, &constant)),
                ),
                "schedules",
            )
        }
    };
    let table = start.service.replace('-', "_").to_uppercase();
    let reads = matches!(start.kind, Kind::Endpoint { method: "GET", .. });
    let grant = if reads { "Reads" } else { "Writes" };
    let grants = format!("    {module}::{constant}:  {grant}(&{table});\n");
    vec![
        row,
        (
            source("resources.rs"),
            Box::new(move |text| granted(text, &grants)),
        ),
    ]
}

/// Adds a line at the end of the service's block of `routes!`, or a block at the end.
fn route(text: &str, service: &str, line: &str) -> Option<String> {
    let start = text.find("routes! {\n")?;
    let end = start + text[start..].find("\n}\n")? + 1;
    let (at, addition) = match text[start..end].find(&format!("\n    {service} {{\n")) {
        Some(block) => {
            let block = start + block + 1;
            (
                block + text[block..end].find("\n    }\n")? + 1,
                format!("        {line}\n"),
            )
        }
        None => (end, format!("    {service} {{\n        {line}\n    }}\n")),
    };
    Some(inserted(text, at, &addition))
}

/// Adds a constant before the list of all, and its name to the list.
fn listed(text: &str, row: &str, constant: &str) -> Option<String> {
    let list = text.find("/// Every ")?;
    let text = inserted(text, list, &format!("{row}\n"));
    let all = text.find("pub const ALL: ")?;
    let open = all + text[all..].find("= &[")? + "= &[".len();
    let close = open + text[open..].find("];")?;
    let before = text[open..close].trim_end().trim_end_matches(',');
    let names = if before.is_empty() {
        format!("&{constant}")
    } else {
        format!("{before}, &{constant}")
    };
    Some(format!("{}{names}{}", &text[..open], &text[close..]))
}

/// Adds a row at the end of `grants!`.
fn granted(text: &str, line: &str) -> Option<String> {
    let start = text.find("\ngrants! {\n")? + 1;
    let end = start + text[start..].find("\n}\n")? + 1;
    Some(inserted(text, end, line))
}

fn inserted(text: &str, at: usize, addition: &str) -> String {
    format!("{}{addition}{}", &text[..at], &text[at..])
}
