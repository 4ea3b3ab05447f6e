//! The function `auth-logout-all`.

fn main() {
    edge::run::<auth::api::SignOutEverywhere>();
}
