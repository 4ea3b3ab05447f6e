//! Every service's front page: what it says that it deploys.

use edge::{Function, Kind, Operation};

/// What all services deploy.
pub(crate) fn functions() -> Vec<Function> {
    [
        platform::functions(),
        auth::functions(),
        products::functions(),
        inventory::functions(),
        orders::functions(),
        payments::functions(),
        search::functions(),
    ]
    .concat()
}

/// The endpoints among them.
pub(crate) fn operations() -> Vec<Operation> {
    functions()
        .into_iter()
        .filter_map(|function| match function.kind {
            Kind::Endpoint(operation) => Some(operation),
            _ => None,
        })
        .collect()
}
