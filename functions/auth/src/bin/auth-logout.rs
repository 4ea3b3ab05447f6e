//! The function `auth-logout`.

fn main() {
    edge::run::<auth::api::SignOut>();
}
