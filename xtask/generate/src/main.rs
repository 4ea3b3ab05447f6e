//! `generate gen | check | new`.

fn main() {}
