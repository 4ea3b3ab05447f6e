//! The function `products-import-status`.

fn main() {
    edge::run::<products::api::GetImport>();
}
