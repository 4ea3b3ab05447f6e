//! The function `addresses-list`.

fn main() {
    edge::run::<auth::api::ListAddresses>();
}
