//! Hears `search.job-due.v1`: goes on with the job.

use contracts::Envelope;
use contracts::search::JobDue as Event;
use edge::{Consumer, Setback, Trace};
use kernel::{Clock, SystemClock};
use manifest::{Source, consumers};

use crate::Indexer;

/// Goes on with jobs.
pub struct JobDue;

impl Consumer for JobDue {
    const ROW: &'static Source = &consumers::SEARCH_ON_JOB_DUE;
    type App = Indexer;

    async fn on(indexer: &Indexer, heard: Envelope, trace: Trace) -> Result<(), Setback> {
        let event = heard.read::<Event>()?.data;
        let traceparent = trace.traceparent();
        let at = SystemClock.now();
        indexer
            .go_on(event.job_id, event.run, Some(&traceparent), at)
            .await?;
        Ok(())
    }
}
