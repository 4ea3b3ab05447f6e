//! The function `auth-disable-mfa`.

fn main() {
    edge::run::<auth::api::DisableMfa>();
}
