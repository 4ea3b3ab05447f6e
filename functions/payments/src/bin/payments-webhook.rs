//! The function `payments-webhook`.

fn main() {
    edge::run::<payments::api::ReceiveWebhook>();
}
