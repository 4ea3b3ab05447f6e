//! Makes the documentation's page: one compressed file that needs nothing from elsewhere.
//!
//! Swagger UI comes as its release's archive inside a crate; the list of problems from the
//! generated OpenAPI document. What runs on the page is known here, so its policy names it by hash.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::PathBuf;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;

const DOCUMENT: &str = "../../docs/openapi.json";
const TEMPLATE: &str = "page/page.html";
const STYLE: &str = "page/page.css";
const START: &str = "page/start.js";

fn main() -> Result<(), Box<dyn Error>> {
    for input in [DOCUMENT, TEMPLATE, STYLE, START, "build.rs"] {
        println!("cargo::rerun-if-changed={input}");
    }
    let document: Value = serde_json::from_str(&std::fs::read_to_string(DOCUMENT)?)?;
    let bundle = inline_script(&archived("/dist/swagger-ui-bundle.js")?);
    let start = inline_script(&std::fs::read_to_string(START)?);
    // The map is not served, so a browser should not ask for it.
    let theirs = archived("/dist/swagger-ui.css")?;
    let theirs = theirs
        .split("/*# sourceMappingURL")
        .next()
        .unwrap_or_default();
    let style = format!("{theirs}\n{}", std::fs::read_to_string(STYLE)?);

    let page = std::fs::read_to_string(TEMPLATE)?
        .replace("{{problems}}", &problems(&document)?)
        .replace("{{style}}", &style)
        .replace("{{start}}", &start)
        .replace("{{bundle}}", &bundle);
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(page.as_bytes())?;

    let folder = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    std::fs::write(folder.join("page.html.gz"), packed.finish()?)?;
    let tag = Sha256::digest(&page)[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    std::fs::write(
        folder.join("page.rs"),
        format!(
            "pub const ETAG: &str = r#\"W/\"{tag}\"\"#;\npub const SCRIPTS: &str = \"{} {}\";\npub const STYLES: &str = \"{}\";\n",
            source(&bundle),
            source(&start),
            source(&style),
        ),
    )?;
    Ok(())
}

/// A source of a content security policy that allows exactly this text.
fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// The script so that no text in it ends its element. In JavaScript both spellings are the same.
fn inline_script(script: &str) -> String {
    script
        .replace("</script", "<\\/script")
        .replace("<!--", "<\\!--")
}

/// One section a problem, with its code as the anchor.
fn problems(document: &Value) -> Result<String, Box<dyn Error>> {
    let mut html = String::new();
    // The generator links this crate, so a document without the list must not stop the build that
    // would make one; a test finds it.
    for row in document["x-problems"].as_array().into_iter().flatten() {
        let code = row["code"].as_str().ok_or("a problem without a code")?;
        let title = row["title"].as_str().ok_or("a problem without a title")?;
        let status = row["status"].as_u64().ok_or("a problem without a status")?;
        let again = if row["retryable"].as_bool().unwrap_or_default() {
            " The same request may succeed later."
        } else {
            ""
        };
        let (code, title) = (escaped(code), escaped(title));
        writeln!(
            html,
            "<article id=\"{code}\"><h3><a href=\"#{code}\"><code>{code}</code></a> <span>{status}</span></h3>\
             <p>{title}.{again}</p></article>"
        )?;
    }
    Ok(html)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A file of Swagger UI's release, found by the end of its name.
///
/// The archive is read by its central directory (APPNOTE 4.3.12); a crate for it would bring every
/// method of compression there is.
fn archived(name: &str) -> Result<String, Box<dyn Error>> {
    let zip = SWAGGER_UI_VENDORED;
    let end = zip
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .ok_or("the archive has no directory")?;
    let mut at = number(zip, end + 16, 4)?;
    for _ in 0..number(zip, end + 10, 2)? {
        let (length, extra, comment) = (
            number(zip, at + 28, 2)?,
            number(zip, at + 30, 2)?,
            number(zip, at + 32, 2)?,
        );
        let file = zip
            .get(at + 46..at + 46 + length)
            .ok_or("the archive ends early")?;
        if file.ends_with(name.as_bytes()) {
            let local = number(zip, at + 42, 4)?;
            let data = local + 30 + number(zip, local + 26, 2)? + number(zip, local + 28, 2)?;
            let packed = zip
                .get(data..data + number(zip, at + 20, 4)?)
                .ok_or("the archive ends early")?;
            let mut text = String::new();
            match number(zip, at + 10, 2)? {
                0 => packed.take(u64::MAX).read_to_string(&mut text)?,
                8 => flate2::read::DeflateDecoder::new(packed).read_to_string(&mut text)?,
                other => return Err(format!("{name} is compressed by method {other}").into()),
            };
            return Ok(text);
        }
        at += 46 + length + extra + comment;
    }
    Err(format!("the archive has no {name}").into())
}

/// A little-endian number of so many bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Result<usize, Box<dyn Error>> {
    let field = bytes.get(at..at + length).ok_or("the archive ends early")?;
    Ok(field
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | usize::from(*byte)))
}
