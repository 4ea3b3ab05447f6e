//! The function `addresses-create`.

fn main() {
    edge::run::<auth::api::CreateAddress>();
}
