//! The function `categories-products`.

fn main() {
    edge::run::<products::api::ListCategoryProducts>();
}
