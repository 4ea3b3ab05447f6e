//! The function `categories-delete`.

fn main() {
    edge::run::<products::api::DeleteCategory>();
}
