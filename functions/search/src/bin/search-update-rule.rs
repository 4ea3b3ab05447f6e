//! The function `search-update-rule`.

fn main() {
    edge::run::<search::api::UpdateRule>();
}
