//! The function `inventory-release-expired`.

fn main() {
    edge::run_clockwork::<inventory::on::ReleaseExpired>();
}
