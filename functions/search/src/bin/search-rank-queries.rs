//! The function `search-rank-queries`.

fn main() {
    edge::run_clockwork::<search::on::RankQueries>();
}
