//! The function `users-update-me`.

fn main() {}
