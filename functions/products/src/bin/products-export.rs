//! The function `products-export`.

fn main() {
    edge::run::<products::api::ExportProducts>();
}
