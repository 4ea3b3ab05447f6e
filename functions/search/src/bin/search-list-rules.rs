//! The function `search-list-rules`.

fn main() {
    edge::run::<search::api::ListRules>();
}
