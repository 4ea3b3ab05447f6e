//! The function `auth-disable-mfa`.

fn main() {}
