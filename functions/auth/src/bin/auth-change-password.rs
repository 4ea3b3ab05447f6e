//! The function `auth-change-password`.

fn main() {
    edge::run::<auth::api::ChangePassword>();
}
