//! The function `payments-resume`.

fn main() {
    edge::run_clockwork::<payments::on::ResumePayments>();
}
