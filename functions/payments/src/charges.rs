//! The service with the processor, for the functions that talk to it.

use aws::{Aws, StartError, Table};
use manifest::settings;

use crate::Payments;
use crate::processor::Processor;

/// The service with the processor.
#[derive(Debug)]
pub struct Charges {
    pub(crate) payments: Payments,
    pub(crate) processor: Processor,
    pub(crate) capturing: Capturing,
}

/// When money that a bank holds is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capturing {
    /// As soon as the order is confirmed.
    AtOnce,
    /// When somebody of the shop says so, such as when the goods are sent.
    ByHand,
}

impl edge::App for Charges {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let setting = &settings::PAYMENT_CAPTURE;
        let capturing = match aws.environment().setting(setting).as_str() {
            "automatic" => Capturing::AtOnce,
            "manual" => Capturing::ByHand,
            _ => {
                let rule = "it must be automatic or manual";
                return Err(StartError::malformed(setting.env, rule));
            }
        };
        let (payments, processor) =
            futures_util::try_join!(Payments::start(aws), Processor::start(aws))?;
        Ok(Self {
            payments,
            processor,
            capturing,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.payments.table()
    }
}
