//! The function `addresses-list`.

fn main() {}
