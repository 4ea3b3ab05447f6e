//! The function `auth-refresh`.

fn main() {}
