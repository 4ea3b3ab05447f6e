//! The function `inventory-movements`.

fn main() {
    edge::run::<inventory::api::ListMovements>();
}
