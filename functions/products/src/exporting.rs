//! Writing the whole catalogue out.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::money::Decimal;
use kernel::{
    CategoryId, CurrencyCode, Gtin, OperationId, ProductId, Sku, Slug, Timestamp, VariantId,
};
use serde::Serialize;

use crate::Transfers;
use crate::attributes::Attributes;
use crate::category::Tree;
use crate::error::ProductsError;
use crate::import::Format;

use crate::measure::{Dimensions, Measure};
use crate::product::{Product, Status};
use crate::variants::{Choice, Combination, Variant};
use crate::wire::columns::{EXPORTED, list_cell};

/// The most bytes that are answered at once; an answer ends at 6 MB, written as a JSON string.
const INLINE: usize = 3 * 1024 * 1024;
/// Products of a batch, and batches read side by side: together no more than 45 MB, however large
/// the products are.
const BATCH: usize = 32;
const BATCHES: usize = 4;
/// How long a larger export can be fetched.
const FETCHED_FOR: Duration = Duration::from_mins(15);

/// An export that is ready.
#[derive(Debug)]
pub enum Export {
    /// All of it.
    Here(Vec<u8>),
    /// Where it can be fetched for a while.
    There(String),
}

/// A product as an import takes it, with what else is to be known of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExportRow<'a> {
    id: ProductId,
    sku: &'a Sku,
    slug: &'a Slug,
    name: &'a str,
    status: Status,
    category_id: CategoryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a Slug>,
    price: Decimal,
    compare_at_price: Option<Decimal>,
    currency: CurrencyCode,
    brand: Option<&'a str>,
    mpn: Option<&'a str>,
    gtins: &'a [Gtin],
    tags: &'a [String],
    description: Option<&'a str>,
    weight_grams: Option<Measure>,
    dimensions_mm: Option<Dimensions>,
    images: &'a [String],
    options: &'a [Choice],
    variants: Vec<ExportVariant<'a>>,
    attributes: &'a Attributes,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A variant with its own price alone: one that costs what the product costs goes on doing so.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExportVariant<'a> {
    id: VariantId,
    sku: &'a Sku,
    options: &'a Combination,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_grams: Option<Measure>,
}

impl Transfers {
    /// Exports every product of some statuses, in no particular order.
    ///
    /// # Errors
    /// The table's or the bucket's.
    pub async fn export(
        &self,
        format: Format,
        statuses: &[Status],
        operation: OperationId,
    ) -> Result<Export, ProductsError> {
        let tree = self.products.store.known_tree().await?;
        let key = format!("exports/{operation}.{}", format.extension());
        let mut buffer = Buffer::new(format)?;
        let mut upload = None;
        for &status in statuses {
            let mut shard = 0;
            let mut position = None;
            while let Some((ids, rest)) = self
                .products
                .store
                .sweep(status, shard, position.take())
                .await?
            {
                let reads: Vec<_> = ids
                    .chunks(BATCH)
                    .map(|batch| self.products.store.products(batch))
                    .collect();
                let mut reads = stream::iter(reads).buffered(BATCHES);
                while let Some(products) = reads.try_next().await? {
                    for product in products.iter().filter(|product| product.status == status) {
                        buffer.push(&row(product, &tree))?;
                    }
                    if buffer.bytes.len() > INLINE {
                        let writer = match &mut upload {
                            Some(writer) => writer,
                            None => {
                                let begun = self.files.upload(&key, format.media()).await?;
                                upload.insert(begun)
                            }
                        };
                        writer.write(&std::mem::take(&mut buffer.bytes)).await?;
                    }
                }
                match rest {
                    Some(rest) => position = Some(rest),
                    None => shard += 1,
                }
            }
        }
        let Some(mut writer) = upload else {
            return Ok(Export::Here(buffer.bytes));
        };
        writer.write(&buffer.bytes).await?;
        writer.finish().await?;
        let name = format!("products.{}", format.extension());
        let fetch = self.files.presign_get(&key, &name, FETCHED_FOR).await?;
        Ok(Export::There(fetch.url))
    }
}

fn row<'a>(product: &'a Product, tree: &'a Tree) -> ExportRow<'a> {
    let variant = |variant: &'a Variant| ExportVariant {
        id: variant.id,
        sku: &variant.sku,
        options: &variant.options,
        price: variant.price.map(Decimal::from),
        weight_grams: variant.weight_grams,
    };
    ExportRow {
        id: product.id,
        sku: &product.sku,
        slug: &product.slug,
        name: &product.name,
        status: product.status,
        category_id: product.category_id,
        category: tree.get(product.category_id).map(|category| &category.slug),
        price: product.price.amount(),
        compare_at_price: product.compare_at_price.map(Decimal::from),
        currency: product.price.currency,
        brand: product.brand.as_deref(),
        mpn: product.mpn.as_deref(),
        gtins: &product.gtins,
        tags: &product.tags,
        description: product.description.as_deref(),
        weight_grams: product.weight_grams,
        dimensions_mm: product.dimensions_mm,
        images: &product.images,
        options: &product.options,
        variants: product.variants.iter().map(variant).collect(),
        attributes: &product.attributes,
        version: product.version,
        created_at: product.created_at,
        updated_at: product.updated_at,
    }
}

/// Rows as they are written.
struct Buffer {
    format: Format,
    bytes: Vec<u8>,
}

impl Buffer {
    fn new(format: Format) -> Result<Self, ProductsError> {
        let mut buffer = Self {
            format,
            bytes: Vec::new(),
        };
        if format == Format::Csv {
            buffer.record(EXPORTED.map(str::to_owned))?;
        }
        Ok(buffer)
    }

    fn push(&mut self, row: &ExportRow<'_>) -> Result<(), ProductsError> {
        match self.format {
            Format::Ndjson => {
                serde_json::to_writer(&mut self.bytes, row).map_err(unwritable)?;
                self.bytes.push(b'\n');
                Ok(())
            }
            Format::Csv => {
                let cells = cells(row).map_err(unwritable)?;
                self.record(cells)
            }
        }
    }

    fn record(&mut self, cells: [String; EXPORTED.len()]) -> Result<(), ProductsError> {
        let mut writer = csv::Writer::from_writer(&mut self.bytes);
        writer.write_record(cells).map_err(unwritable)?;
        writer.flush().map_err(unwritable)
    }
}

/// Writing to memory does not fail; if it does, it is a bug.
fn unwritable(error: impl Into<aws::Cause>) -> ProductsError {
    ProductsError::Table(aws::TableError::Fault(error.into()))
}

/// A row's cells, in the order of [`EXPORTED`].
fn cells(row: &ExportRow<'_>) -> Result<[String; EXPORTED.len()], serde_json::Error> {
    fn text(value: Option<impl ToString>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    fn json<T: Serialize>(value: &T, is_empty: bool) -> Result<String, serde_json::Error> {
        if is_empty {
            Ok(String::new())
        } else {
            serde_json::to_string(value)
        }
    }
    let gtins: Vec<_> = row.gtins.iter().map(ToString::to_string).collect();
    let measures = (
        json(&row.weight_grams, row.weight_grams.is_none())?,
        json(&row.dimensions_mm, row.dimensions_mm.is_none())?,
    );
    Ok([
        row.id.to_string(),
        row.sku.to_string(),
        row.slug.to_string(),
        row.name.to_owned(),
        row.status.as_str().to_owned(),
        row.category_id.to_string(),
        row.price.to_string(),
        text(row.compare_at_price),
        row.currency.to_string(),
        text(row.brand),
        text(row.mpn),
        list_cell(&gtins),
        list_cell(row.tags),
        text(row.description),
        measures.0,
        measures.1,
        list_cell(row.images),
        json(&row.options, row.options.is_empty())?,
        json(&row.variants, row.variants.is_empty())?,
        json(row.attributes, row.attributes.is_empty())?,
        row.version.to_string(),
        row.created_at.to_string(),
        row.updated_at.to_string(),
        text(row.category),
    ])
}

#[cfg(test)]
mod tests;
