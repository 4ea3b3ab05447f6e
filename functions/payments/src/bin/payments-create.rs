//! The function `payments-create`.

fn main() {
    edge::run::<payments::api::PayOrder>();
}
