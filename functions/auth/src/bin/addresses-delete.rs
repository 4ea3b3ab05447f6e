//! The function `addresses-delete`.

fn main() {
    edge::run::<auth::api::DeleteAddress>();
}
