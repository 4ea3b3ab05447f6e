//! What is the same on every path.

mod access;
mod answers;
mod bodies;
mod grants;
pub mod keys;
mod killed;
mod owners;
mod rows;
mod strays;
mod tokens;

pub use bodies::with;
pub use killed::{deployed, event};
