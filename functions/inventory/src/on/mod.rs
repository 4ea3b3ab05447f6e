//! What the service hears and does by the clock, one file each.

mod product_changed;
mod release_expired;

pub use product_changed::ProductChanged;
pub use release_expired::ReleaseExpired;
