//! The function `auth-confirm-mfa`.

fn main() {
    edge::run::<auth::api::ConfirmMfa>();
}
