//! The function `inventory-release`.

fn main() {
    edge::run::<inventory::api::ReleaseStock>();
}
