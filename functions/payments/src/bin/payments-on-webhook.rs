//! The function `payments-on-webhook`.

fn main() {
    edge::run_worker::<payments::on::WorkOffWebhook>();
}
