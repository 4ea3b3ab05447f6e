//! The function `payments-capture`.

fn main() {
    edge::run::<payments::api::CapturePayment>();
}
