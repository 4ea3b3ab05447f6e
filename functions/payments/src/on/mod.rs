//! What the service hears and does by the clock, one file for each thing.

mod resume;
mod webhook;

pub use resume::ResumePayments;
pub use webhook::WorkOffWebhook;
