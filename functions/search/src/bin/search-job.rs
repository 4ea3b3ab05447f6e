//! The function `search-job`.

fn main() {
    edge::run::<search::api::GetJob>();
}
