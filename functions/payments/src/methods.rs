//! Saved cards. They are the processor's; what is kept here is which customer a user is there.

use kernel::UserId;

use crate::Charges;
use crate::error::PaymentsError;
use crate::processor::{Method, ProcessorError, is_token};

impl Charges {
    /// A user's saved cards.
    ///
    /// # Errors
    /// When the processor does not answer.
    pub async fn saved_cards(&self, user: UserId) -> Result<Vec<Method>, PaymentsError> {
        match self.payments.store.customer(user).await? {
            Some(customer) => Ok(self.processor.methods(&customer).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Saves a card for a user.
    ///
    /// # Errors
    /// The processor knows no such card, or the bank declines it.
    pub async fn save_card(&self, user: UserId, token: &str) -> Result<Method, PaymentsError> {
        let store = &self.payments.store;
        let customer = match store.customer(user).await? {
            Some(customer) => customer,
            None => {
                let made = self.processor.create_customer(user).await?;
                store.keep_customer(user, made).await?
            }
        };
        match self.processor.attach(token, &customer).await {
            Ok(card) => Ok(card),
            Err(ProcessorError::Refused { failure, .. }) => {
                Err(PaymentsError::invalid("/paymentMethodId", failure.message))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets a card of a user's.
    ///
    /// # Errors
    /// [`PaymentsError::NotFound`] when it is none of the user's.
    pub async fn forget_card(&self, user: UserId, token: &str) -> Result<(), PaymentsError> {
        if !is_token(token) {
            return Err(PaymentsError::NotFound);
        }
        let customer = self.payments.store.customer(user).await?;
        let customer = customer.ok_or(PaymentsError::NotFound)?;
        let card = match self.processor.method(token).await {
            Ok(card) => card,
            Err(ProcessorError::Refused { .. }) => return Err(PaymentsError::NotFound),
            Err(error) => return Err(error.into()),
        };
        if card.customer != Some(customer) {
            return Err(PaymentsError::NotFound);
        }
        Ok(self.processor.detach(token).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{charges_on, cloud, stripe, user};
    use testkit::Proxy;

    #[tokio::test]
    async fn a_cards_number_is_no_card_and_is_not_sent_on() {
        let proxy = Proxy::before(&stripe());
        let charges = charges_on(&cloud().await, proxy.address()).await;
        let card = charges
            .save_card(user("ann"), "pm_card_visa")
            .await
            .unwrap();
        let number = "4242424242424242";
        let forgotten = charges.forget_card(user("ann"), number).await;
        assert!(matches!(forgotten, Err(PaymentsError::NotFound)));
        let seen = proxy.seen();
        assert!(
            !seen.iter().any(|seen| seen.request.contains(number)),
            "{seen:?}"
        );
        assert_eq!(charges.saved_cards(user("ann")).await.unwrap(), [card]);
    }
}
