//! What the service hears and does by the clock, one file each.

mod category_changed;
mod compare;
mod job_due;
mod product_changed;
mod rank_queries;

pub use category_changed::CategoryChanged;
pub use compare::Compare;
pub use job_due::JobDue;
pub use product_changed::ProductChanged;
pub use rank_queries::RankQueries;
