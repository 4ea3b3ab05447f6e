//! The function `search-on-job-due`.

fn main() {
    edge::run_consumer::<search::on::JobDue>();
}
