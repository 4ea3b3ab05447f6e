//! `GET /health`.

fn main() {
    edge::run::<platform::api::CheckHealth>();
}
