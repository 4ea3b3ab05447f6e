//! Every night: has the index compared with the catalogue, and repaired.

use edge::{Clockwork, Setback};
use kernel::{OperationId, Timestamp};
use manifest::{Schedule, schedules};

use crate::Search;
use crate::store::Day;

/// Asks for a comparison.
pub struct Compare;

impl Clockwork for Compare {
    const ROW: &'static Schedule = &schedules::SEARCH_COMPARE;
    type App = Search;

    async fn run(search: &Search, at: Timestamp) -> Result<u64, Setback> {
        // A clock that strikes twice in a day's time asks for one comparison.
        let operation = OperationId::derive(Self::ROW.name, &Day::of(at).to_string());
        search.compare(operation, at).await?;
        Ok(1)
    }
}
