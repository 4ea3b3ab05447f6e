//! The function `search-on-category-changed`.

fn main() {
    edge::run_consumer::<search::on::CategoryChanged>();
}
