//! The function `inventory-reserve`.

fn main() {
    edge::run::<inventory::api::ReserveStock>();
}
