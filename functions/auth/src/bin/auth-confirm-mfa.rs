//! The function `auth-confirm-mfa`.

fn main() {}
