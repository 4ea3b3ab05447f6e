//! The function `auth-resend-verification`.

fn main() {
    edge::run::<auth::api::ResendVerification>();
}
