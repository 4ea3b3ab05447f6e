//! The function `payments-methods-delete`.

fn main() {
    edge::run::<payments::api::ForgetMethod>();
}
