//! The function `auth-refresh`.

fn main() {
    edge::run::<auth::api::RefreshTokens>();
}
