//! What the service hears and does by the clock, one file for each thing.

mod order_cancelled;
mod reconcile;
mod resume;
mod user_erased;
mod webhook;

pub use order_cancelled::OrderCancelled;
pub use reconcile::Reconcile;
pub use resume::ResumePayments;
pub use user_erased::UserErased;
pub use webhook::WorkOffWebhook;
