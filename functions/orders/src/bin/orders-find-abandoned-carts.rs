//! The function `orders-find-abandoned-carts`.

fn main() {
    edge::run_clockwork::<orders::on::FindAbandonedCarts>();
}
