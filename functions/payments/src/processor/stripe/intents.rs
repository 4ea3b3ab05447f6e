//! Payment intents, captured by hand.

use std::collections::HashMap;

use serde::Deserialize;

use super::Stripe;
use super::amount::{from_stripe, to_stripe};
use super::call::Error;
use super::form::{Form, segment};
use crate::processor::{ClientSecret, Failure, Intent, IntentState, NewIntent, ProcessorError};

/// A payment intent, as much of it as we read.
#[derive(Debug, Deserialize)]
struct PaymentIntent {
    id: String,
    status: Status,
    currency: String,
    #[serde(default)]
    amount_capturable: i64,
    #[serde(default)]
    amount_received: i64,
    #[serde(default)]
    client_secret: Option<String>,
    #[serde(default)]
    last_payment_error: Option<Error>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(default)]
    metadata: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Canceled,
    Succeeded,
}

impl TryFrom<PaymentIntent> for Intent {
    type Error = ProcessorError;

    fn try_from(found: PaymentIntent) -> Result<Self, ProcessorError> {
        let amount = |number| from_stripe(number, &found.currency);
        let state = match found.status {
            Status::RequiresConfirmation => IntentState::Created,
            Status::RequiresAction => IntentState::RequiresAction,
            Status::Processing => IntentState::Processing,
            Status::RequiresCapture => IntentState::Authorised(amount(found.amount_capturable)?),
            Status::Succeeded => IntentState::Captured(amount(found.amount_received)?),
            Status::Canceled => IntentState::Cancelled,
            // An intent is made with a method, so one that wants another was declined.
            Status::RequiresPaymentMethod => {
                IntentState::Declined(Failure::from(found.last_payment_error.unwrap_or_default()))
            }
        };
        Ok(Self {
            id: found.id,
            state,
            client_secret: found.client_secret.map(ClientSecret),
        })
    }
}

impl Stripe {
    /// Makes an intent. No money moves by it, so one that is made twice does no harm.
    ///
    /// # Errors
    /// An unknown payment method or an amount that cannot be charged is refused.
    pub async fn create(&self, new: NewIntent<'_>) -> Result<Intent, ProcessorError> {
        let form = Form::new()
            .field("amount", to_stripe(new.amount)?)
            .field(
                "currency",
                new.amount.currency.as_str().to_ascii_lowercase(),
            )
            .field("capture_method", "manual")
            .field("payment_method", new.payment_method)
            // Cards alone: methods that send the shopper elsewhere want an address to come back to.
            .field("payment_method_types[]", "card")
            .optional("customer", new.customer)
            .field("metadata[reference]", new.reference);
        let key = format!("{}:create", new.reference);
        let made: PaymentIntent = self.post("/v1/payment_intents", &form, Some(&key)).await?;
        made.try_into()
    }

    /// Where an intent stands.
    ///
    /// # Errors
    /// An intent that is not there is refused.
    pub async fn intent(&self, id: &str) -> Result<Intent, ProcessorError> {
        let found: PaymentIntent = self
            .get(&format!("/v1/payment_intents/{}", segment(id)))
            .await?;
        found.try_into()
    }

    /// Our own id of what an intent is for.
    ///
    /// # Errors
    /// An intent that is not there is refused.
    pub async fn reference(&self, id: &str) -> Result<Option<String>, ProcessorError> {
        let mut found: Metadata = self
            .get(&format!("/v1/payment_intents/{}", segment(id)))
            .await?;
        Ok(found.metadata.remove("reference"))
    }

    /// Asks the bank to hold the money.
    ///
    /// # Errors
    /// When it is not known how that ended.
    pub async fn confirm(&self, id: &str) -> Result<Intent, ProcessorError> {
        self.act(id, "confirm", &Form::new()).await
    }

    /// Takes what is held, or a part of it and lets the rest go.
    ///
    /// # Errors
    /// When it is not known how that ended.
    pub async fn capture(&self, id: &str, amount: kernel::Money) -> Result<Intent, ProcessorError> {
        let form = Form::new().field("amount_to_capture", to_stripe(amount)?);
        self.act(id, "capture", &form).await
    }

    /// Lets go of what is held, and ends the intent.
    ///
    /// # Errors
    /// When it is not known how that ended.
    pub async fn cancel(&self, id: &str) -> Result<Intent, ProcessorError> {
        self.act(id, "cancel", &Form::new()).await
    }

    /// Does one thing to an intent. However the call ends, the intent itself says what became of it:
    /// it is asked when the answer was lost, when it was a refusal, and when another run was first.
    async fn act(&self, id: &str, action: &str, form: &Form) -> Result<Intent, ProcessorError> {
        let path = format!("/v1/payment_intents/{}/{action}", segment(id));
        let key = format!("{id}:{action}");
        match self.post::<PaymentIntent>(&path, form, Some(&key)).await {
            Ok(intent) => intent.try_into(),
            Err(ProcessorError::Fault(cause)) => Err(ProcessorError::Fault(cause)),
            Err(ProcessorError::Unavailable(_) | ProcessorError::Refused { .. }) => {
                self.intent(id).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{CurrencyCode, Money};
    use serde_json::json;

    #[test]
    fn every_status_of_an_intent_is_read() {
        let usd = |minor| Money::new(minor, CurrencyCode::USD);
        let declined = Failure {
            code: "card_declined".to_owned(),
            message: "No.".to_owned(),
        };
        for (status, state) in [
            ("requires_confirmation", IntentState::Created),
            ("requires_action", IntentState::RequiresAction),
            ("processing", IntentState::Processing),
            ("requires_capture", IntentState::Authorised(usd(700))),
            ("succeeded", IntentState::Captured(usd(600))),
            ("canceled", IntentState::Cancelled),
            ("requires_payment_method", IntentState::Declined(declined)),
        ] {
            let wire = json!({
                "id": "pi_1", "status": status, "currency": "usd", "amount": 700,
                "amount_capturable": 700, "amount_received": 600, "client_secret": "s",
                "last_payment_error": { "code": "card_declined", "message": "No.", "type": "card_error" },
            });
            let found: PaymentIntent = serde_json::from_value(wire).unwrap();
            let intent = Intent::try_from(found).unwrap();
            assert_eq!(intent.state, state, "{status}");
            assert!(!format!("{intent:?}").contains("\"s\""), "{intent:?}");
        }
    }
}
