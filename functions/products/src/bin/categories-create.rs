//! The function `categories-create`.

fn main() {
    edge::run::<products::api::CreateCategory>();
}
