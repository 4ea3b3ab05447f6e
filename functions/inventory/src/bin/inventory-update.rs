//! The function `inventory-update`.

fn main() {
    edge::run::<inventory::api::UpdateStock>();
}
