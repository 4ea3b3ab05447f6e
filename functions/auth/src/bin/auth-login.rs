//! The function `auth-login`.

fn main() {
    edge::run::<auth::api::SignIn>();
}
