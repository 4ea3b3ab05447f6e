//! The function `addresses-create`.

fn main() {}
