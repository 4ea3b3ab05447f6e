//! What is held on people: to be given to them, and to be forgotten.

#[cfg(test)]
mod tests;

use contracts::personal::{HoldsPersonalData, Reading};
use kernel::{Limit, UserId};
use serde_json::{Map, Value, json};

use crate::Charges;
use crate::api::TransactionView;
use crate::error::PaymentsError;

impl Charges {
    /// Forgets a user who was erased: the saved cards, and who the user is at the processor. The books
    /// stay, under the user's id. It may be done again.
    ///
    /// # Errors
    /// The processor or the table is down; what was done until then stays done.
    pub async fn forget_user(&self, user: UserId) -> Result<(), PaymentsError> {
        for card in self.saved_cards(user).await? {
            match self.forget_card(user, &card.id).await {
                // Somebody has forgotten it meanwhile.
                Ok(()) | Err(PaymentsError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.payments.store.delete_customer(user).await?)
    }

    /// All lines of a user's wallet, as callers see them.
    async fn all_lines(&self, user: UserId) -> Result<Vec<TransactionView>, PaymentsError> {
        let mut lines = Vec::new();
        let mut before = None;
        loop {
            let page = self
                .payments
                .store
                .wallet_lines(user, before, Limit::MAX)
                .await?;
            lines.extend(page.0.iter().map(TransactionView::from));
            before = page.1;
            if before.is_none() {
                return Ok(lines);
            }
        }
    }
}

/// The wallet and the saved cards. What was paid for which order stands with the orders.
impl HoldsPersonalData for Charges {
    fn held_on(&self, user: UserId) -> Reading<'_> {
        Box::pin(async move {
            let cards = self.saved_cards(user).await?;
            let cards = cards.iter().map(|card| {
                json!({
                    "brand": card.brand, "last4": card.last4,
                    "expiresMonth": card.exp_month, "expiresYear": card.exp_year,
                })
            });
            let sections = [
                ("savedCards", Value::from_iter(cards)),
                ("walletTransactions", json!(self.all_lines(user).await?)),
            ];
            Ok(Map::from_iter(
                sections.map(|(name, section)| (name.to_owned(), section)),
            ))
        })
    }
}
