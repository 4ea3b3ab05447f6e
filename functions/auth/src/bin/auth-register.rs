//! The function `auth-register`.

fn main() {}
