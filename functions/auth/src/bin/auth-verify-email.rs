//! The function `auth-verify-email`.

fn main() {}
