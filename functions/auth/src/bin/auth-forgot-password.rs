//! The function `auth-forgot-password`.

fn main() {}
