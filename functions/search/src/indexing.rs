//! Bringing the index up to date with products.

use std::collections::HashMap;

use aws::Answered;
use kernel::{OperationId, ProductId, Timestamp};
use products::category::Tree;
use products::product::{Product, Status};
use sha2::{Digest, Sha256};

use crate::Indexer;
use crate::engine::{document, mapping};
use crate::error::SearchError;
use crate::index::{Change, FINGERPRINT, Index, Outcome, Targets};
use crate::job::{Job, Step};
use crate::jobs::id_of;
use crate::store::Written;

impl Indexer {
    /// Brings the documents of some products up to date, whatever became of those: what cannot be
    /// bought is not found. What it says of each is in no order; an id of no product has no
    /// outcome.
    ///
    /// # Errors
    /// The engine's, the catalogue's or the table's; some may be up to date.
    pub async fn update(
        &self,
        ids: &[ProductId],
        operation: OperationId,
        at: Timestamp,
    ) -> Result<HashMap<ProductId, Outcome>, SearchError> {
        let index = self.index()?;
        let changes = self.changes(ids).await?;
        // The products were read first: what is changed after that is told by another event. Were
        // it the other way round, a build that begins in between would sweep over the product as
        // it was before, and this change would only go to the index that is on its way out.
        let targets = self.targets(index, operation, at).await?;
        let outcomes = index.write(&index.written_to(&targets), &changes).await?;
        let ids = changes.iter().map(|change| change.id);
        Ok(ids.zip(outcomes).collect())
    }

    /// Takes a product out of the index, until it is changed or index and catalogue are compared.
    ///
    /// # Errors
    /// Neither the catalogue nor the index knows it; those of asking them.
    pub async fn remove(&self, id: ProductId) -> Result<(), SearchError> {
        let index = self.index()?;
        let product = self.products.of(&[id]).await?.pop();
        let targets = index.targets().await?;
        let mut known = product.map(|product| product.version);
        if known.is_none()
            && let Some(live) = &targets.live
        {
            let held = index.held(live, &[id]).await?;
            known = held.get(&id).map(|held| held.version);
        }
        let removal = Change {
            id,
            version: known.ok_or(SearchError::NotFound)?,
            document: None,
        };
        index.write(&index.written_to(&targets), &[removal]).await?;
        if let Some(live) = &targets.live {
            // Who has been answered finds it gone.
            index.refresh(live).await?;
        }
        Ok(())
    }

    /// What is to become of the documents of some products.
    pub(crate) async fn changes(&self, ids: &[ProductId]) -> Result<Vec<Change>, SearchError> {
        let (products, tree) =
            futures_util::try_join!(self.products.of(ids), self.products.categories())?;
        Ok(products
            .iter()
            .map(|product| change(product, &tree))
            .collect())
    }

    /// Which index is which. Where there is none at all, one is begun.
    async fn targets(
        &self,
        index: &Index,
        operation: OperationId,
        at: Timestamp,
    ) -> Result<Targets, SearchError> {
        let targets = index.targets().await?;
        if !targets.are_none() {
            return Ok(targets);
        }
        self.ensure_index(operation, at).await?;
        let targets = index.targets().await?;
        if targets.are_none() {
            return Err(SearchError::NoIndex);
        }
        Ok(targets)
    }

    /// Begins the first index: it is there when this is answered, and a job fills it.
    ///
    /// # Errors
    /// The engine's or the table's.
    pub(crate) async fn ensure_index(
        &self,
        operation: OperationId,
        at: Timestamp,
    ) -> Result<(), SearchError> {
        let index = self.index()?;
        let job = Job::rebuild(id_of(operation), at);
        let answered = Answered::silent(operation);
        let store = &self.search.store;
        let begun = store
            .begin_rebuild(&job, &answered, &Written::unasked(at))
            .await?;
        let job = begun.job();
        if !job.is_over() && job.next == Step::Create {
            // The job does the same, and finds it done.
            index
                .create(&index.built_by(job.id), mapping::definition())
                .await?;
        }
        Ok(())
    }
}

/// What is to become of a product's document.
pub(crate) fn change(product: &Product, tree: &Tree) -> Change {
    let document = (product.status == Status::Active).then(|| {
        let mut document = document::of(product, tree);
        let sum = Sha256::digest(document.to_string());
        let fingerprint: String = sum[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        document[FINGERPRINT] = fingerprint.into();
        document
    });
    Change {
        id: product.id,
        version: product.version,
        document,
    }
}
