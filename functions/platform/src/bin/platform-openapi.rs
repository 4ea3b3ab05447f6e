//! `GET /openapi.json`.

fn main() {
    edge::run::<platform::api::GetOpenapi>();
}
