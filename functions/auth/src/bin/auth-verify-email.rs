//! The function `auth-verify-email`.

fn main() {
    edge::run::<auth::api::VerifyEmail>();
}
