//! The function `users-erase-me`.

fn main() {
    edge::run::<auth::api::EraseAccount>();
}
