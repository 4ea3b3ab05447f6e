//! The function `auth-login`.

fn main() {}
