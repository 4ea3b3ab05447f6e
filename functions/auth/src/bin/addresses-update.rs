//! The function `addresses-update`.

fn main() {
    edge::run::<auth::api::UpdateAddress>();
}
