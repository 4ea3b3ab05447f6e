//! The function `inventory-alerts`.

fn main() {
    edge::run::<inventory::api::ListAlerts>();
}
