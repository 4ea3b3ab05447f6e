//! The function `search-compare`.

fn main() {
    edge::run_clockwork::<search::on::Compare>();
}
