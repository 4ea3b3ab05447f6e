//! The function `payments-methods-list`.

fn main() {
    edge::run::<payments::api::ListMethods>();
}
