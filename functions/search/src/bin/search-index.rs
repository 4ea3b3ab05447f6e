//! The function `search-index`.

fn main() {
    edge::run::<search::api::IndexProducts>();
}
