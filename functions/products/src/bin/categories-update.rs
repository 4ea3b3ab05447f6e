//! The function `categories-update`.

fn main() {
    edge::run::<products::api::UpdateCategory>();
}
