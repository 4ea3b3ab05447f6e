//! The function `auth-register`.

fn main() {
    edge::run::<auth::api::RegisterUser>();
}
