//! The function `users-me`.

fn main() {}
