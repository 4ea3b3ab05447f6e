//! `generate gen | check | new`.

use anyhow::{Context, bail};
use std::fs;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("gen") => write(),
        _ => bail!("generate gen | check | new <function> [METHOD path]"),
    }
}

fn write() -> anyhow::Result<()> {
    for (path, text) in generate::outputs()? {
        let target = generate::root().join(&path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        if fs::read_to_string(&target).is_ok_and(|known| known == text) {
            continue;
        }
        fs::write(&target, text).with_context(|| target.display().to_string())?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
