//! The function `addresses-delete`.

fn main() {}
