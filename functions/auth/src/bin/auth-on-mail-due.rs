//! The function `auth-on-mail-due`.

fn main() {}
