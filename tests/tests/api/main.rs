//! The API, as its callers meet it: over HTTP against what is deployed, and through the same walk
//! in the test's own process. The modules mirror the URL tree; `walk` holds what is the same on
//! every path.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what the tests share fails as a test does"
)]

mod auth;
mod cart;
mod imports;
mod inventory;
mod orders;
mod payments;
mod platform;
mod products;
mod search;
mod walk;
