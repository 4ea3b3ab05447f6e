//! What the functions cost.

mod catalogue;
mod cold;
mod contender;
mod database;
mod process;
mod recorder;
mod runtime;
mod setting;
mod share;
mod statistics;
mod tls;
mod units;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use testkit::Signer;

fn main() -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let scratch = root.join(".local/bench");
    std::fs::create_dir_all(&scratch)?;
    let setting = setting::Setting {
        binaries: root.join("target/release"),
        express: root.join(".local/express"),
        database: root.join(".local/dynoxide/bin/dynoxide"),
        tls: tls::Tls::make(&scratch)?,
        signer: Signer::new(),
        scratch,
        root,
    };
    let database = database::Database::start(&setting.database, None)?;
    units::check(&database)?;
    setting.make_tables(&database, &[setting::PRODUCTS])?;
    let plain = recorder::Recorder::open(database.address(), None)?;
    let tls = recorder::Recorder::open(database.address(), Some(Arc::clone(&setting.tls.server)))?;
    let catalogue =
        catalogue::Catalogue::make(&setting, &database, &plain.endpoint(), setting::PRODUCTS)?;
    let event = setting.event("products-get")?;
    let id = event["pathParameters"]["id"]
        .as_str()
        .unwrap_or_default()
        .parse()?;
    catalogue.put_copy(&database, setting::PRODUCTS, id)?;
    let share = share::Share::of(256)?;
    let contenders = contender::all(&setting, &[])?;
    let circumstances = [
        cold::Circumstance {
            name: "plain",
            recorder: &plain,
            share: None,
        },
        cold::Circumstance {
            name: "tls",
            recorder: &tls,
            share: None,
        },
        cold::Circumstance {
            name: "share",
            recorder: &tls,
            share: Some(&share),
        },
    ];
    let figures = cold::run(&setting, &contenders, &circumstances, 5)?;
    println!("{}", serde_json::to_string_pretty(&figures)?);
    Ok(())
}
