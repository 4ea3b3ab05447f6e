//! The function `inventory-get`.

fn main() {
    edge::run::<inventory::api::GetStock>();
}
