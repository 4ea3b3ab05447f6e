//! `GET /docs`.

fn main() {
    edge::run::<platform::api::ReadDocs>();
}
