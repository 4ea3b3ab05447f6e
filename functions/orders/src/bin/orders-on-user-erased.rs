//! The function `orders-on-user-erased`.

fn main() {
    edge::run_consumer::<orders::on::UserErased>();
}
