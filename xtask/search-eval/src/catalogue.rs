//! The catalogue and what people said of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use kernel::{CategoryId, ProductId, Slug, Timestamp};
use products::category::{Category, Tree};
use products::product::{Birth, Product};
use products::wire::Row;
use serde_json::{Value, json};
use uuid::Uuid;

/// The files of a catalogue.
const PRODUCTS: &str = "products.ndjson.gz";
const JUDGMENTS: &str = "judgments.csv";
/// How many shelves the products are spread over, and how many shelves an aisle has: the catalogue
/// has no categories, and these have names that nobody searches for.
const SHELVES: usize = 20;
const SHELVES_OF_AN_AISLE: usize = 5;

/// Products as the shop has them, with the ids that judgments know them by.
pub struct Catalogue {
    /// The products, in the file's order, which is that of their ids.
    pub products: Vec<Product>,
    /// The file's ids of the products.
    pub ids: BTreeMap<ProductId, String>,
    /// What they hang on.
    pub tree: Tree,
    /// Rows that are no products of the shop, and why.
    pub refused: Vec<String>,
}

/// What people said of a query: by the file's ids, from 0 (irrelevant) to 3 (exact).
pub type Judgments = BTreeMap<String, BTreeMap<String, u32>>;

impl Catalogue {
    /// Reads `products.ndjson.gz` of a folder.
    ///
    /// # Errors
    /// It is not there, or not what it should be.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(PRODUCTS);
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let tree = tree()?;
        let mut catalogue = Self {
            products: Vec::new(),
            ids: BTreeMap::new(),
            refused: Vec::new(),
            tree,
        };
        for (number, line) in BufReader::new(GzDecoder::new(file)).lines().enumerate() {
            let row: Value = serde_json::from_str(&line?)?;
            let id = row["id"].as_str().unwrap_or_default().to_owned();
            match product(&row, number) {
                Ok(product) => {
                    catalogue.ids.insert(product.id, id);
                    catalogue.products.push(product);
                }
                Err(error) => catalogue.refused.push(format!("{id}: {error}")),
            }
        }
        if catalogue.products.is_empty() {
            bail!("{} has no products", path.display());
        }
        Ok(catalogue)
    }
}

/// The folder with the files: the one that is named, or `icecat` in it.
///
/// # Errors
/// They are in neither.
pub fn folder(named: &Path) -> Result<PathBuf> {
    let folders = [named.to_owned(), named.join("icecat")];
    let has_both = |folder: &&PathBuf| {
        let has = |file: &str| folder.join(file).is_file();
        has(PRODUCTS) && has(JUDGMENTS)
    };
    folders.iter().find(has_both).cloned().with_context(|| {
        let [itself, below] = folders.each_ref().map(|folder| folder.display());
        format!("{PRODUCTS} and {JUDGMENTS} are neither in {itself} nor in {below}")
    })
}

/// Reads `judgments.csv` of a folder.
///
/// # Errors
/// It is not there, or not what it should be.
pub fn judgments(folder: &Path) -> Result<Judgments> {
    let path = folder.join(JUDGMENTS);
    let mut reader =
        csv::Reader::from_path(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut judgments = Judgments::new();
    for row in reader.deserialize() {
        let (query, product, rating): (String, String, u32) = row?;
        judgments.entry(query).or_default().insert(product, rating);
    }
    Ok(judgments)
}

/// Misspellings and what was meant, of a dictionary with lines `wrong->right, also right`; those
/// with one meaning, of one word.
///
/// # Errors
/// It cannot be read.
pub fn misspellings(path: &Path) -> Result<Vec<(String, String)>> {
    let mut text = String::new();
    File::open(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .read_to_string(&mut text)?;
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    Ok(text
        .lines()
        .filter_map(|line| line.split_once("->"))
        .map(|(wrong, right)| (wrong.trim(), right.trim().trim_end_matches(',')))
        .filter(|(wrong, right)| is_word(wrong) && is_word(right))
        .map(|(wrong, right)| (wrong.to_owned(), right.to_owned()))
        .collect())
}

/// A row of the file as a product of the shop, by the same rules as an import.
fn product(row: &Value, number: usize) -> Result<Product> {
    let text = |field: &str| row[field].as_str().unwrap_or_default();
    let name: String = text("title").chars().take(255).collect();
    let model = text("name");
    let is_number = !model.contains(' ') && model.chars().any(|c| c.is_ascii_digit());
    let mut wanted = json!({
        "sku": format!("E-{}", text("id")),
        "name": name,
        "description": text("short_description"),
        "brand": text("supplier"),
        "price": format!("{}.{:02}", cents(row) / 100, cents(row) % 100),
        "currency": "USD",
        "categoryId": CategoryId::derive("shelf", &(number % SHELVES).to_string()),
        "gtins": row["ean"],
        "attributes": attributes(row),
    });
    if is_number {
        wanted["mpn"] = model.into();
    }
    let mut read = Row::read(&wanted.to_string());
    if read
        .faults
        .iter()
        .any(|fault| fault.pointer.starts_with("/gtins"))
    {
        // Some bar codes of the file have wrong check digits.
        wanted["gtins"] = json!([]);
        read = Row::read(&wanted.to_string());
    }
    if let Some(fault) = read.faults.iter().next() {
        bail!("{} {}", fault.pointer, fault.detail);
    }
    read.changes.sku = read.sku;
    let birth = Birth {
        id: ProductId::from_uuid(Uuid::from_u128((1 << 100) + number as u128)),
        currency: kernel::CurrencyCode::USD,
        at: Timestamp::from_seconds(1_700_000_000 + number as i64),
        import: None,
    };
    Product::create(&read.changes, &birth).map_err(|faults| {
        let fault = faults.iter().next();
        anyhow::anyhow!("{}", fault.map_or("refused", |fault| fault.detail.as_str()))
    })
}

fn cents(row: &Value) -> u64 {
    row["price"].as_u64().unwrap_or(0)
}

/// `attr_t_product_type` is `product_type`; the first 256 by name, as a product takes them.
fn attributes(row: &Value) -> BTreeMap<String, Value> {
    let fields = row.as_object().into_iter().flatten();
    fields
        .filter_map(|(field, value)| {
            let name = field.strip_prefix("attr_")?.get(2..)?;
            let value = match value {
                Value::String(text) if text.trim().is_empty() => return None,
                other => other.clone(),
            };
            Some((name.chars().take(100).collect(), value))
        })
        .take(256)
        .collect()
}

fn tree() -> Result<Tree> {
    let category = |id: CategoryId, name: &str, parent_id| {
        let slug = Slug::from_name(name).context("a name without a slug")?;
        anyhow::Ok(Category {
            id,
            name: name.to_owned(),
            slug,
            parent_id,
            version: 1,
            closing_until: None,
            created_at: Timestamp::from_seconds(0),
            updated_at: Timestamp::from_seconds(0),
        })
    };
    let mut categories = Vec::new();
    for aisle in 0..SHELVES / SHELVES_OF_AN_AISLE {
        let id = CategoryId::derive("aisle", &aisle.to_string());
        categories.push(category(id, &format!("Aisle {aisle}"), None)?);
    }
    for shelf in 0..SHELVES {
        let id = CategoryId::derive("shelf", &shelf.to_string());
        let aisle = CategoryId::derive("aisle", &(shelf / SHELVES_OF_AN_AISLE).to_string());
        categories.push(category(id, &format!("Shelf {shelf}"), Some(aisle))?);
    }
    Ok(Tree::new(1, categories))
}
