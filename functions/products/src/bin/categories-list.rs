//! The function `categories-list`.

fn main() {
    edge::run::<products::api::ListCategories>();
}
