//! The whole backend in a test.
//!
//! - [`Stage`]: what is deployed, over HTTP, as [`Api`] calls it, for [callers](Signer) of the
//!   test's own.
//! - [`Shop`]: a service in the test's own process, through the same walk, on tables of its own.
//! - [`Bootstrap`]: one function's real binary, which a test can kill at the worst moment.
//! - [`Brink`]: a use case in the test's own process, which stops after a call that a test chooses.
//! - [`Account`]: the local cloud itself: queues, tables, roles.
//! - [`Proxy`]: trouble between a function and a server that it calls.
//! - [`all_at_once`], [`eventually`]: races, and waiting for what takes a while.
//!
//! A helper that cannot go on panics: what it is asked by is a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failure here is a failed test, and says so at once"
)]

mod account;
mod api;
mod bootstrap;
mod brink;
mod gate;
mod proxy;
mod race;
mod redact;
mod runtime;
mod shop;
mod signer;
mod sigv4;
mod stage;
pub mod wire;

pub use account::{Account, Credentials};
pub use api::{Api, Ask, Reply};
pub use bootstrap::{Bootstrap, Ended, Mishap};
pub use brink::{Brink, Outcome};
pub use proxy::{Proxy, Seen, Trouble};
pub use race::{BY_QUEUE, all_at_once, eventually};
pub use redact::redacted;
pub use shop::Shop;
pub use signer::{Signer, hmac_sha256, segment};
pub use stage::Stage;

use std::sync::atomic::{AtomicU64, Ordering};

/// A word that no other test and no other run uses: for SKUs, slugs, names, keys.
pub fn unique(prefix: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let random = uuid::Uuid::new_v4().simple().to_string();
    let count = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}-{}{count}", &random[..12])
}
