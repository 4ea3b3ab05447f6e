//! The function `inventory-list`.

fn main() {
    edge::run::<inventory::api::ListStock>();
}
