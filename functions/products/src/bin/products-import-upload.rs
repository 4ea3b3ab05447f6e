//! The function `products-import-upload`.

fn main() {
    edge::run::<products::api::UploadImport>();
}
