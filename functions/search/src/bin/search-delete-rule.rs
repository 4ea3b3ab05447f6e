//! The function `search-delete-rule`.

fn main() {
    edge::run::<search::api::DeleteRule>();
}
