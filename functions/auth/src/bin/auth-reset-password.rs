//! The function `auth-reset-password`.

fn main() {}
