//! What no route takes.

fn main() {
    edge::run_fallback::<platform::api::NoRoute>();
}
