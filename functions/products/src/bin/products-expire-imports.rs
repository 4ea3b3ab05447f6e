//! The function `products-expire-imports`.

fn main() {
    edge::run_clockwork::<products::on::ExpireImports>();
}
