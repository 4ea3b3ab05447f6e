//! What belongs to no service: the API's health, its documentation, the public keys, the relay of
//! events, and the answer to requests that no route takes.
//!
//! The platform's endpoints stand at the API's root and answer bare, without the envelope.

pub mod api;
mod relay;

pub use relay::{RelayOutbox, Topics};

use edge::Function;

/// What the platform deploys.
pub fn functions() -> Vec<Function> {
    vec![
        edge::endpoint::<api::CheckHealth>(),
        edge::endpoint::<api::GetOpenapi>(),
        edge::endpoint::<api::ReadDocs>(),
        edge::endpoint::<api::ListKeys>(),
        edge::endpoint::<api::Discover>(),
        edge::relay::<RelayOutbox>(),
        edge::fallback::<api::NoRoute>(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_platform_is_deployed() {
        let mut deployed: Vec<_> = functions().iter().map(|function| function.name).collect();
        let mut rows: Vec<_> = manifest::functions()
            .iter()
            .filter(|function| function.service == "platform")
            .map(|function| function.name)
            .collect();
        deployed.sort_unstable();
        rows.sort_unstable();
        assert_eq!(deployed, rows);
    }
}
