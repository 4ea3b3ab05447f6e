//! The function `users-erase-me`.

fn main() {}
