//! The function `auth-forgot-password`.

fn main() {
    edge::run::<auth::api::RequestPasswordReset>();
}
