//! Every hour: finds out what is searched for most.

use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

use crate::Search;

/// Ranks queries.
pub struct RankQueries;

impl Clockwork for RankQueries {
    const ROW: &'static Schedule = &schedules::SEARCH_RANK_QUERIES;
    type App = Search;

    async fn run(search: &Search, at: Timestamp) -> Result<u64, Setback> {
        Ok(search.rank_queries(at).await?)
    }
}
