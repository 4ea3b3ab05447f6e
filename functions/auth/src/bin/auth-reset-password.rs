//! The function `auth-reset-password`.

fn main() {
    edge::run::<auth::api::ResetPassword>();
}
