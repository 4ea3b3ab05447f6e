//! The function `search-remove`.

fn main() {
    edge::run::<search::api::RemoveFromIndex>();
}
