//! What the service hears and does by the clock, one file each.

mod compare;
mod job_due;
mod product_changed;
mod rank_queries;

pub use compare::Compare;
pub use job_due::JobDue;
pub use product_changed::ProductChanged;
pub use rank_queries::RankQueries;
