//! The function `auth-change-password`.

fn main() {}
