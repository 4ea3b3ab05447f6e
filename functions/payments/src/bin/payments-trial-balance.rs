//! The function `payments-trial-balance`.

fn main() {
    edge::run::<payments::api::GetTrialBalance>();
}
