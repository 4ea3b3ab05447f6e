//! Working on the rows of a chunk.

use aws::{Answered, BlobError};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{CategoryId, ImportId, OperationId, ProductId, Timestamp};

use super::{Chunk, replaced};
use crate::Transfers;
use crate::category::Tree;
use crate::error::ProductsError;
use crate::import::records::{Flaw, Record, Splitter};
use crate::import::{Job, RowError, Tally};
use crate::product::{Birth, Product, Status};
use crate::store::{ChunkDone, Written};
use crate::wire::columns::Columns;
use crate::wire::{Row, note};

/// Rows of a chunk that are worked on at once.
const ROWS_AT_ONCE: usize = 8;

/// What became of a row.
enum Outcome {
    Created,
    Updated,
    Failed(Vec<RowError>),
}

impl Transfers {
    /// Works on a chunk.
    ///
    /// # Errors
    /// The table's or the bucket's: it is tried again.
    pub async fn work_on(&self, chunk: &Chunk, at: Timestamp) -> Result<(), ProductsError> {
        let id = chunk.import_id;
        let Some(job) = self
            .products
            .store
            .import(id)
            .await?
            .filter(|job| !job.is_over())
        else {
            return Ok(());
        };
        if !self.products.store.chunk_is_done(id, chunk.number).await? {
            let done = match self.work_on_rows(&job, chunk, at).await {
                Err(ProductsError::Blob(BlobError::Changed)) => {
                    return Ok(self.products.store.fail_import(id, &replaced(), at).await?);
                }
                done => done?,
            };
            self.products.store.chunk_done(&done, at).await?;
        }
        // Also when the chunk was done before: whoever counted it may have died before this.
        Ok(self.products.store.complete_import(id, at).await?)
    }

    async fn work_on_rows(
        &self,
        job: &Job,
        chunk: &Chunk,
        at: Timestamp,
    ) -> Result<ChunkDone, ProductsError> {
        let bytes = self
            .files
            .get_range_of(&job.source, job.etag.as_deref(), chunk.from, chunk.to)
            .await?;
        let mut splitter = Splitter::new(job.format, chunk.from, chunk.first_row);
        let mut records = Vec::new();
        splitter.feed(&bytes, &mut records);
        splitter.finish(&mut records);
        let columns = chunk
            .header
            .as_deref()
            .map(|header| Columns::read(header.as_bytes()));
        let columns = columns.and_then(Result::ok);
        let tree = self.products.store.known_tree().await?;
        let written = Written {
            at,
            traceparent: chunk.traceparent.clone(),
        };
        let of_flaw = |&(row, flaw): &(u32, Flaw)| {
            let error = RowError::new(row, "", flaw.to_string());
            (row, Outcome::Failed(vec![error]))
        };
        let mut outcomes: Vec<_> = chunk.flawed.iter().map(of_flaw).collect();
        let mut rows = Vec::new();
        for record in &records {
            match read(record, chunk, columns.as_ref(), &tree) {
                Ok(row) => rows.push((record.row, row)),
                Err(error) => outcomes.push((record.row, Outcome::Failed(vec![error]))),
            }
        }
        // All that are there already are read together; most rows then need no read of their own.
        let skus: Vec<_> = rows.iter().filter_map(|(_, row)| row.sku.clone()).collect();
        let mut known = self.products.store.products_by_skus(&skus).await?;
        let work = rows.into_iter().map(|(number, row)| {
            let known = row.sku.as_ref().and_then(|sku| known.remove(sku));
            let written = &written;
            async move {
                let outcome = self.put(job.id, number, row, known, written).await?;
                Ok::<_, ProductsError>((number, outcome))
            }
        });
        let work: Vec<_> = work.collect();
        let work = stream::iter(work).buffer_unordered(ROWS_AT_ONCE);
        outcomes.extend(work.try_collect::<Vec<_>>().await?);
        outcomes.sort_by_key(|(row, _)| *row);
        let mut tally = Tally::default();
        let mut errors = Vec::new();
        for (_, outcome) in outcomes {
            match outcome {
                Outcome::Created => tally.created += 1,
                Outcome::Updated => tally.updated += 1,
                Outcome::Failed(why) => {
                    tally.failed += 1;
                    errors.extend(why);
                }
            }
        }
        Ok(ChunkDone {
            import_id: job.id,
            number: chunk.number,
            tally,
            errors,
        })
    }

    /// Makes the product of a row, or changes the one that has its SKU.
    async fn put(
        &self,
        import: ImportId,
        number: u32,
        mut row: Row,
        mut known: Option<Product>,
        written: &Written,
    ) -> Result<Outcome, ProductsError> {
        const TRIES: usize = 3;
        let Some(sku) = row.sku.clone().filter(|_| row.faults.is_empty()) else {
            return Ok(self.refused(number, row, known.as_ref(), written.at));
        };
        let operation = OperationId::derive(&import.to_string(), &format!("row {number}"));
        let answered = Answered::silent(operation);
        for _ in 0..TRIES {
            let outcome = match known {
                None => {
                    self.put_new(import, number, &mut row, &answered, written)
                        .await?
                }
                Some(product) => {
                    self.put_over(import, number, &mut row, &product, &answered, written)
                        .await?
                }
            };
            match outcome {
                Some(outcome) => return Ok(outcome),
                // Somebody else was faster: it is another by now.
                None => known = self.products.store.product_by_sku(&sku).await?,
            }
        }
        Err(ProductsError::Busy)
    }

    /// All that is wrong with a row that is known to be: what it breaks by itself, and what the
    /// product would that it asks for.
    fn refused(&self, number: u32, row: Row, known: Option<&Product>, at: Timestamp) -> Outcome {
        let birth = Birth {
            id: ProductId::derive("", "refused"),
            currency: self.products.currency,
            at,
            import: None,
        };
        let asked = match known {
            Some(product) => product.changed(&row.changes, at),
            None => Product::create(&row.changes, &birth),
        };
        let mut faults = row.faults;
        if let Err(found) = asked {
            note(found, &mut faults);
        }
        Outcome::Failed(RowError::of_faults(number, faults.into_vec()))
    }

    /// Makes the product of a row; nothing when its SKU was taken meanwhile.
    async fn put_new(
        &self,
        import: ImportId,
        number: u32,
        row: &mut Row,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<Option<Outcome>, ProductsError> {
        if row.changes.status == Some(Status::Archived) {
            // It may be the row of an export: of a product that is there and is as the row says.
            if let Some(id) = row.id
                && let Some(product) = self.products.store.product(id).await?
                && product.status == Status::Archived
                && Some(&product.sku) == row.sku.as_ref()
            {
                return Ok(Some(Outcome::Updated));
            }
            // Nothing is written, and so nothing is counted as done. What is archived holds no SKU:
            // made archived, it would be made again by every import of the same file.
            let detail = "says archived, but no product has this SKU: nothing is written";
            let error = RowError::new(number, "status", detail);
            return Ok(Some(Outcome::Failed(vec![error])));
        }
        for variant in row.changes.variants.iter_mut().flatten() {
            variant.id = None;
        }
        let made = self
            .products
            .create(&row.changes, Some(import), answered, written)
            .await;
        match made {
            Ok(_) => Ok(Some(Outcome::Created)),
            Err(ProductsError::SkuTaken { pointer, .. }) if pointer == "/sku" => Ok(None),
            // Another worker has the same chunk, and made the very product.
            Err(ProductsError::Busy) => Ok(None),
            Err(error) => failed(number, error).map(Some),
        }
    }

    /// Changes the product of a row; nothing when it lost its SKU meanwhile.
    async fn put_over(
        &self,
        import: ImportId,
        number: u32,
        row: &mut Row,
        known: &Product,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<Option<Outcome>, ProductsError> {
        if row.sku.as_ref() != Some(&known.sku) {
            let detail = format!("is the SKU of a variant of {}", known.id);
            let error = RowError::new(number, "sku", detail);
            return Ok(Some(Outcome::Failed(vec![error])));
        }
        for variant in row.changes.variants.iter_mut().flatten() {
            let is_its = |id: &_| known.variants.iter().any(|variant| variant.id == *id);
            variant.id = variant.id.filter(is_its);
        }
        let asked = &row.changes;
        // Most rows of a file that is imported again change nothing, and cost nothing more.
        let changed = match known.changed(asked, written.at) {
            Ok(same) if same == *known => Ok(same),
            Ok(_) => {
                self.products
                    .change(known.id, asked, None, answered, written)
                    .await
            }
            Err(faults) => Err(ProductsError::Invalid(faults)),
        };
        let archived = asked.status == Some(Status::Archived);
        Ok(Some(match changed {
            Ok(product) if product.status == Status::Archived && !archived => return Ok(None),
            // A run before this one made it.
            Ok(product) if product.import_id == Some(import) => Outcome::Created,
            Ok(_) => Outcome::Updated,
            Err(error) => failed(number, error)?,
        }))
    }
}

/// What a record asks for; a record that cannot be read has one error.
fn read(
    record: &Record,
    chunk: &Chunk,
    columns: Option<&Columns>,
    tree: &Tree,
) -> Result<Row, RowError> {
    let wrong = |field: &str, detail: String| RowError::new(record.row, field, detail);
    let repeated = chunk.repeated.iter().find(|(row, _)| *row == record.row);
    if let Some((_, first)) = repeated {
        return Err(wrong("sku", format!("repeats the SKU of row {first}")));
    }
    let bytes = match &record.bytes {
        Ok(bytes) => bytes.as_slice(),
        Err(flaw) => return Err(wrong("", flaw.to_string())),
    };
    let json = match columns {
        Some(columns) => columns
            .to_json(bytes)
            .map_err(|rule| wrong("", rule.to_owned()))?,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err(wrong("", "must be UTF-8 text".to_owned())),
        },
    };
    let mut row = Row::read(&json);
    // Of what is no object at all nothing more can be said.
    if let Some(fault) = row.faults.iter().find(|fault| fault.pointer.is_empty()) {
        return Err(wrong("", fault.detail.clone()));
    }
    let known = row.changes.category_id.filter(|id| tree.get(*id).is_some());
    if known.is_none()
        && let Some(slug) = &row.category
    {
        let category = tree.by_slug(slug.as_str()).map(|category| category.id);
        if category.is_none() {
            row.faults
                .add("/category", "must be the slug of a category");
        }
        // A stand-in for one that is not there, so that it is told once.
        row.changes.category_id = category.or(Some(CategoryId::derive("", "none")));
    }
    Ok(row)
}

/// What of a failure is the row's own fault; the rest is tried again.
fn failed(row: u32, error: ProductsError) -> Result<Outcome, ProductsError> {
    let errors = match error {
        ProductsError::Invalid(faults) => RowError::of_faults(row, faults.into_vec()),
        ProductsError::SkuTaken { sku, pointer } => {
            let field = pointer.trim_start_matches('/');
            vec![RowError::new(row, field, format!("{sku} is taken"))]
        }
        ProductsError::SlugTaken => vec![RowError::new(row, "slug", "is taken")],
        other => return Err(other),
    };
    Ok(Outcome::Failed(errors))
}
