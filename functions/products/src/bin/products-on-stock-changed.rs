//! The function `products-on-stock-changed`.

fn main() {
    edge::run_consumer::<products::on::StockChanged>();
}
