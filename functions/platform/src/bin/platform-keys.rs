//! `GET /.well-known/jwks.json`.

fn main() {
    edge::run::<platform::api::ListKeys>();
}
