//! Customers and their saved cards.

use kernel::UserId;
use serde::Deserialize;

use super::Stripe;
use super::form::{Form, segment};
use crate::processor::{Method, ProcessorError};

#[derive(Debug, Deserialize)]
struct Customer {
    id: String,
}

#[derive(Debug, Deserialize)]
struct PaymentMethod {
    id: String,
    #[serde(default)]
    customer: Option<String>,
    #[serde(default)]
    card: Option<Card>,
}

#[derive(Debug, Deserialize)]
struct Card {
    brand: String,
    last4: String,
    exp_month: u32,
    exp_year: u32,
}

#[derive(Debug, Deserialize)]
struct PaymentMethods {
    data: Vec<PaymentMethod>,
}

impl PaymentMethod {
    /// None for what is no card.
    fn into_card(self) -> Option<Method> {
        let card = self.card?;
        Some(Method {
            id: self.id,
            brand: card.brand,
            last4: card.last4,
            exp_month: card.exp_month,
            exp_year: card.exp_year,
            customer: self.customer,
        })
    }
}

impl Stripe {
    /// Makes a customer for a user. Of two that are made at once we keep one; the other holds nothing.
    ///
    /// # Errors
    /// When Stripe does not answer.
    pub async fn create_customer(&self, user: UserId) -> Result<String, ProcessorError> {
        let form = Form::new().field("metadata[user]", user);
        let key = format!("{user}:customer");
        let made: Customer = self.post("/v1/customers", &form, Some(&key)).await?;
        Ok(made.id)
    }

    /// A payment method by its token.
    ///
    /// # Errors
    /// One that is not there, or is no card, is refused.
    pub async fn method(&self, id: &str) -> Result<Method, ProcessorError> {
        let found: PaymentMethod = self
            .get(&format!("/v1/payment_methods/{}", segment(id)))
            .await?;
        found
            .into_card()
            .ok_or_else(|| ProcessorError::fault("a payment method that is no card"))
    }

    /// Saves a card with a customer.
    ///
    /// # Errors
    /// A card that the bank declines, or that is another customer's, is refused.
    pub async fn attach(&self, id: &str, customer: &str) -> Result<Method, ProcessorError> {
        let form = Form::new().field("customer", customer);
        let path = format!("/v1/payment_methods/{}/attach", segment(id));
        let saved: PaymentMethod = self.post(&path, &form, None).await?;
        saved
            .into_card()
            .ok_or_else(|| ProcessorError::fault("a payment method that is no card"))
    }

    /// Forgets a saved card.
    ///
    /// # Errors
    /// One that is not there is refused.
    pub async fn detach(&self, id: &str) -> Result<(), ProcessorError> {
        let path = format!("/v1/payment_methods/{}/detach", segment(id));
        let _: PaymentMethod = self.post(&path, &Form::new(), None).await?;
        Ok(())
    }

    /// A customer's saved cards: as many as anybody has.
    ///
    /// # Errors
    /// When Stripe does not answer.
    pub async fn methods(&self, customer: &str) -> Result<Vec<Method>, ProcessorError> {
        let path = format!(
            "/v1/payment_methods?customer={}&type=card&limit=100",
            segment(customer)
        );
        let found: PaymentMethods = self.get(&path).await?;
        Ok(found
            .data
            .into_iter()
            .filter_map(PaymentMethod::into_card)
            .collect())
    }
}
