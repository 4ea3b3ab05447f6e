//! The function `auth-logout-all`.

fn main() {}
