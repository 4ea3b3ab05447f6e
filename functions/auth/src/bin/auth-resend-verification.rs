//! The function `auth-resend-verification`.

fn main() {}
