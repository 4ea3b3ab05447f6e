//! The function `addresses-update`.

fn main() {}
