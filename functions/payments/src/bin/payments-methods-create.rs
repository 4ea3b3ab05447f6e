//! The function `payments-methods-create`.

fn main() {
    edge::run::<payments::api::SaveMethod>();
}
