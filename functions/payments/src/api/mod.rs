//! The HTTP endpoints, one file each.

mod wallet_get;

pub use wallet_get::GetWallet;
