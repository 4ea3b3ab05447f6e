//! The function `payments-on-user-erased`.

fn main() {
    edge::run_consumer::<payments::on::UserErased>();
}
