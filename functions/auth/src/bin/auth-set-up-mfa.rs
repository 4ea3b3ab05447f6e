//! The function `auth-set-up-mfa`.

fn main() {}
