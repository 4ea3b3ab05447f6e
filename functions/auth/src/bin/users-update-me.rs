//! The function `users-update-me`.

fn main() {
    edge::run::<auth::api::UpdateProfile>();
}
