//! The function `search-suggest`.

fn main() {
    edge::run::<search::api::Suggest>();
}
