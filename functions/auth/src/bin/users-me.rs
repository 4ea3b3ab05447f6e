//! The function `users-me`.

fn main() {
    edge::run::<auth::api::GetProfile>();
}
