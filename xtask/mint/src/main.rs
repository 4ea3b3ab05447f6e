//! Makes the local cloud's signing key and tokens.

fn main() {}
