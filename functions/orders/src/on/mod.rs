//! What is heard, and what runs by the clock: one file each.

mod expire_unpaid;
mod find_abandoned_carts;
mod order_cancelled;
mod payment_changed;
mod user_erased;

pub use expire_unpaid::ExpireUnpaid;
pub use find_abandoned_carts::FindAbandonedCarts;
pub use order_cancelled::OrderCancelled;
pub use payment_changed::PaymentChanged;
pub use user_erased::UserErased;
