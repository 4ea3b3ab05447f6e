//! The function `payments-reconcile`.

fn main() {
    edge::run_clockwork::<payments::on::Reconcile>();
}
