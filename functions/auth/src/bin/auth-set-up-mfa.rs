//! The function `auth-set-up-mfa`.

fn main() {
    edge::run::<auth::api::SetUpMfa>();
}
