//! The function `orders-expire-unpaid`.

fn main() {
    edge::run_clockwork::<orders::on::ExpireUnpaid>();
}
