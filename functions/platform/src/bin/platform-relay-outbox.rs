//! Publishes what the tables' outboxes hold.

fn main() {
    edge::run_relay::<platform::RelayOutbox>();
}
