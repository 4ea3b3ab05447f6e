//! The function `search-products`.

fn main() {
    edge::run::<search::api::SearchProducts>();
}
