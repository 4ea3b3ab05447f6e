//! What payments ask of orders, and who asks.

use std::future::Future;

use kernel::{Money, OrderId, PaymentId, Timestamp, TokenHash, UserId};
use orders::change::Refusal;
use orders::error::OrdersError;
use orders::{Fulfilment, Payable, Person};

use crate::payment::Payment;
use crate::refund::{Part, Share};

/// Who pays, by what they showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payer {
    /// Who is signed in.
    pub user: Option<UserId>,
    /// Whoever shows the order's token, by its hash.
    pub guest: Option<TokenHash>,
}

impl Payer {
    /// Whether a payment is theirs.
    pub fn is_of(&self, payment: &Payment) -> bool {
        self.user.is_some() && self.user == payment.user_id
            || self.guest.is_some() && self.guest == payment.guest
    }

    /// Who they are to an order.
    fn people(&self) -> Vec<Person> {
        let user = self.user.map(Person::User);
        let guest = self.guest.clone().map(Person::Guest);
        user.into_iter().chain(guest).collect()
    }
}

/// What is due for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    /// All of it.
    pub amount: Money,
    /// What of it is for which part.
    pub shares: Vec<Share>,
}

impl From<Payable> for Due {
    fn from(payable: Payable) -> Self {
        let amount = payable.amount;
        let sum = |amounts: &mut dyn Iterator<Item = i64>| amounts.fold(0, i64::saturating_add);
        let lines = payable.lines.iter().map(|line| line.line_total.minor);
        let net = sum(&mut lines.clone()).saturating_sub(payable.discount.minor);
        let shipping = payable.shipping.minor;
        let tax = amount.minor.saturating_sub(net).saturating_sub(shipping);
        // The discount is shared among the lines, as orders share it: by what they cost.
        let weights: Vec<_> = lines
            .map(|total| u64::try_from(total).unwrap_or(0))
            .collect();
        let nets = Money::new(net, amount.currency).allocate(&weights);
        let nets = nets.unwrap_or_default().into_iter().map(|net| net.minor);
        let of_lines = payable.lines.iter().map(|line| Part::Line(line.id));
        let others = [(Part::Tax, tax), (Part::Shipping, shipping)];
        let shares = of_lines.zip(nets).chain(others);
        Self {
            amount,
            shares: shares
                .filter(|(_, amount)| *amount > 0)
                .map(|(part, amount)| Share { part, amount })
                .collect(),
        }
    }
}

/// The orders, as far as payments have to do with them. It is a trait for the tests of payments, which
/// have an order without a shop around it.
pub(crate) trait OrderBook: Sync {
    /// Begins a payment of an order, and says what is due. The same payment again is given the same
    /// answer.
    fn begin(
        &self,
        order: OrderId,
        payer: &Payer,
        payment: PaymentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Due, OrdersError>> + Send;

    /// Makes the order's stock its own, before its money is captured.
    fn confirm(
        &self,
        order: OrderId,
        payment: PaymentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), OrdersError>> + Send;

    /// Ends a payment that came to nothing.
    fn fail(
        &self,
        order: OrderId,
        payment: PaymentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), OrdersError>> + Send;
}

impl OrderBook for Fulfilment {
    async fn begin(
        &self,
        order: OrderId,
        payer: &Payer,
        payment: PaymentId,
        now: Timestamp,
    ) -> Result<Due, OrdersError> {
        let people = payer.people();
        let payable = self.begin_payment(order, &people, payment, now).await?;
        Ok(payable.into())
    }

    async fn confirm(
        &self,
        order: OrderId,
        payment: PaymentId,
        now: Timestamp,
    ) -> Result<(), OrdersError> {
        Self::confirm(self, order, payment, now).await
    }

    async fn fail(
        &self,
        order: OrderId,
        payment: PaymentId,
        now: Timestamp,
    ) -> Result<(), OrdersError> {
        self.fail_payment(order, payment, now).await
    }
}

/// The word for an order's refusal; none for a fault of a moment, after which the order may be asked
/// again.
pub(crate) const fn refusal(error: &OrdersError) -> Option<&'static str> {
    match error {
        OrdersError::NotFound => Some("not_found"),
        OrdersError::Refused(refusal) => Some(match refusal {
            Refusal::Illegal { .. } => "illegal_transition",
            Refusal::PaymentInProgress => "payment_in_progress",
            Refusal::AlreadyPaid => "order_already_paid",
            Refusal::Expired => "order_expired",
            Refusal::PaymentOver => "payment_over",
            Refusal::TooManyPayments => "too_many_payments",
            Refusal::TooManyCancellations => "too_many_cancellations",
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::orders::OrderLine;
    use kernel::{CurrencyCode, LineId, ProductId, Quantity, Sku};

    #[test]
    fn what_is_due_is_shared_among_lines_tax_and_shipping() {
        let usd = |minor| Money::new(minor, CurrencyCode::USD);
        let line = |name: &str, total| OrderLine {
            id: LineId::derive("", name),
            product_id: ProductId::derive("", name),
            variant_id: None,
            sku: Sku::parse(name).unwrap(),
            quantity: Quantity::new(1).unwrap(),
            unit_price: usd(total),
            line_total: usd(total),
        };
        for (amount, discount, shipping, shares) in [
            (4_900, 0, 500, vec![1_000, 3_000, 400, 500]),
            (4_500, 0, 500, vec![1_000, 3_000, 500]),
            (4_000, 100, 0, vec![975, 2_925, 100]),
            (500, 4_000, 500, vec![500]),
        ] {
            let due = Due::from(Payable {
                order_id: OrderId::derive("", "one"),
                number: 1,
                user_id: None,
                email: None,
                amount: usd(amount),
                lines: vec![line("A", 1_000), line("B", 3_000)],
                discount: usd(discount),
                shipping: usd(shipping),
                until: Timestamp::from_millis(0),
            });
            let amounts: Vec<_> = due.shares.iter().map(|share| share.amount).collect();
            assert_eq!(amounts, shares, "{amount}");
            assert_eq!(amounts.iter().sum::<i64>(), amount);
        }
    }
}
