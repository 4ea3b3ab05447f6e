//! The function `users-export-me`.

fn main() {}
