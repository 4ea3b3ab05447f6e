//! Catalogues of any size, in files that stay: a million products take minutes to write.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use kernel::{ProductId, Timestamp};
use manifest::resources;
use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::database::{Database, definition};
use crate::recorder::Recorder;
use crate::setting::{PLATFORM, PRODUCTS, Setting};

/// Another number here has the catalogues made anew.
const EDITION: u32 = 1;
/// 2026-01-01, when the first copy was made. One follows each second.
const FIRST_MS: i64 = 1_767_225_600_000;

/// A shop of some size that can be asked.
pub struct Shop {
    /// How many products it has.
    pub products: usize,
    /// The way to its table.
    pub recorder: Recorder,
    /// What its products are copies of.
    pub catalogue: Catalogue,
    // What the recorder speaks to.
    _database: Database,
}

impl Shop {
    /// The shop with so many products; its table is written when there is none yet.
    pub fn of(setting: &Setting, products: usize) -> Result<Self> {
        let folder = setting.scratch.join(format!("growth-{EDITION}-{products}"));
        let (file, known) = (folder.join("database"), folder.join("catalogue.json"));
        if !file.exists() {
            std::fs::create_dir_all(&folder)?;
            let began = Instant::now();
            let catalogue = write(setting, products, &folder, &file)?;
            std::fs::write(&known, serde_json::to_vec(&catalogue.to_json())?)?;
            let seconds = began.elapsed().as_secs_f64();
            eprintln!("  {products} products written in {seconds:.0} s");
        }
        let catalogue = Catalogue::from_json(&serde_json::from_slice(&std::fs::read(&known)?)?)?;
        let database = Database::start(&setting.database, Some(&file))?;
        let tables = database.call("ListTables", &json!({}))?;
        let has = |name: &str| {
            tables["TableNames"]
                .as_array()
                .is_some_and(|all| all.contains(&json!(name)))
        };
        if !has(PLATFORM) {
            database.create(&resources::PLATFORM, PLATFORM)?;
        }
        setting.publish_keys(&database)?;
        Ok(Self {
            products,
            recorder: Recorder::open(database.address(), None)?,
            catalogue,
            _database: database,
        })
    }
}

/// Writes an export such as DynamoDB's own, and has the database take it in, which is faster by far
/// than one request after the other.
fn write(setting: &Setting, products: usize, folder: &Path, file: &Path) -> Result<Catalogue> {
    let export = folder.join("export");
    let data = export.join(PRODUCTS).join("data");
    std::fs::create_dir_all(&data)?;
    let mut lines = BufWriter::new(File::create(data.join("items.json"))?);
    let mut line = |item: &Value| writeln!(lines, "{}", json!({ "Item": item }));

    let small = Database::start(&setting.database, None)?;
    setting.make_tables(&small)?;
    let recorder = Recorder::open(small.address(), None)?;
    let catalogue = Catalogue::make(setting, &small, &recorder.endpoint())?;
    for item in small.items(PRODUCTS)? {
        // Events and answers that are kept for some days are no part of a catalogue.
        let key = item["pk"]["S"].as_str().unwrap_or_default();
        if !key.starts_with('~') {
            line(&item)?;
        }
    }
    for number in 0..products - catalogue.originals.len() {
        for item in catalogue.copy(number, copy_id(number))? {
            line(&item)?;
        }
    }
    lines.flush()?;

    let schema = folder.join("schema.json");
    let table = definition(&resources::PRODUCTS, PRODUCTS);
    std::fs::write(&schema, json!([{ "Table": table }]).to_string())?;
    let taken = Command::new(&setting.database)
        .args(["import", "--force", "--source"])
        .arg(&export)
        .arg("--schema")
        .arg(&schema)
        .arg("--output")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("the import")?;
    ensure!(taken.success(), "the database did not take the items in");
    std::fs::remove_dir_all(&export)?;
    Ok(catalogue)
}

/// The id of a copy: of a time of its own, and of bytes that are as good as random.
pub fn copy_id(number: usize) -> ProductId {
    let seed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (seed ^ (seed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = mixed ^ (mixed >> 32);
    let mut random = [0; 10];
    random[..2].copy_from_slice(&mixed.to_le_bytes()[..2]);
    random[2..].copy_from_slice(&mixed.to_be_bytes());
    let at = FIRST_MS + i64::try_from(number).unwrap_or_default() * 1_000;
    ProductId::generate(Timestamp::from_millis(at), random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn copies_have_ids_of_their_own_in_every_part_of_the_list() {
        let ids: Vec<_> = (0..4_000).map(copy_id).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        assert!(ids.is_sorted(), "ids sort as their times do");
        for shard in 0..4 {
            let of_it = ids
                .iter()
                .filter(|id| id.uuid().as_bytes()[15] % 4 == shard);
            let count = of_it.count();
            assert!((800..1_200).contains(&count), "{shard}: {count}");
        }
    }
}
