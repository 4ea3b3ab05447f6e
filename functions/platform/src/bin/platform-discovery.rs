//! `GET /.well-known/openid-configuration`.

fn main() {
    edge::run::<platform::api::Discover>();
}
