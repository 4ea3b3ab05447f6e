//! The function `auth-logout`.

fn main() {}
