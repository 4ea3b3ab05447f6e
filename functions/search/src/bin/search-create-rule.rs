//! The function `search-create-rule`.

fn main() {
    edge::run::<search::api::CreateRule>();
}
