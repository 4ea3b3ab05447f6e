//! Payments, one item each.

use aws::{Answered, Condition, Item, Key, Transaction};
use contracts::payments::{PaymentCaptured, PaymentFailed};
use contracts::{Envelope, Event};
use kernel::{Amount, EventId, OrderId, PaymentId, Timestamp, TokenHash, UserId};
use serde::{Deserialize, Serialize};

use super::standing::Standing;
use super::{PostError, Store, StoreError};
use crate::ledger::{Entry, Tender};
use crate::payment::{PayBy, Payment, Stage};
use crate::processor::Failure;
use crate::refund::{RefundError, Refundable, Share};

/// What it is called: in a transaction, in its partition, and among what is under way.
const PAYMENT: &str = "payment";

/// A payment as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PaymentItem {
    id: PaymentId,
    order_id: OrderId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    guest: Option<TokenHash>,
    pay_by: PayBy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment_method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wallet_asked: Option<String>,
    stage: Stage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<Tender>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shares: Vec<Share>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    authorised: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    captured: Option<Tender>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(flatten)]
    standing: Standing,
}

impl Item for PaymentItem {
    const TYPE: &'static str = "payment";

    fn key(&self) -> Key {
        key(self.id)
    }
}

fn key(id: PaymentId) -> Key {
    Key::new(format!("{PAYMENT}#{id}"), PAYMENT)
}

impl From<&Payment> for PaymentItem {
    fn from(payment: &Payment) -> Self {
        let (id, text) = (payment.id.uuid().as_u128(), payment.id.to_string());
        Self {
            id: payment.id,
            order_id: payment.order_id,
            user_id: payment.user_id,
            guest: payment.guest.clone(),
            pay_by: payment.by,
            payment_method: payment.payment_method.clone(),
            wallet_asked: payment.wallet_asked.map(|asked| asked.to_string()),
            stage: payment.stage,
            due: payment.due,
            shares: payment.shares.clone(),
            intent: payment.intent.clone(),
            authorised: payment.authorised,
            captured: payment.captured,
            failure: payment.failure.clone(),
            version: payment.version,
            created_at: payment.created_at,
            updated_at: payment.updated_at,
            standing: Standing::of(PAYMENT, id, &text, payment.looked_after_at()),
        }
    }
}

impl From<PaymentItem> for Payment {
    fn from(item: PaymentItem) -> Self {
        Self {
            id: item.id,
            order_id: item.order_id,
            user_id: item.user_id,
            guest: item.guest,
            by: item.pay_by,
            payment_method: item.payment_method,
            wallet_asked: item.wallet_asked.and_then(|text| Amount::parse(&text).ok()),
            stage: item.stage,
            due: item.due,
            shares: item.shares,
            intent: item.intent,
            authorised: item.authorised,
            captured: item.captured,
            failure: item.failure,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

impl Store {
    /// A payment.
    pub async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        let item: Option<PaymentItem> = self.table.get(key(id)).await?;
        Ok(item.map(Payment::from))
    }

    /// Writes a payment down for the first time.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is there already.
    pub async fn start_payment(&self, payment: &Payment) -> Result<(), StoreError> {
        let item = PaymentItem::from(payment);
        Ok(self.table.put(&item, Condition::absent()).await?)
    }

    /// Forgets a payment that its order would not hear of.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has moved on.
    pub async fn drop_payment(&self, payment: &Payment) -> Result<(), StoreError> {
        let unchanged = Condition::version(payment.version);
        Ok(self.table.delete(key(payment.id), unchanged).await?)
    }

    /// Writes a payment's next stage, with the event and the answer of one that is over or waits for
    /// its shopper, and posts the entry of what has moved.
    ///
    /// # Errors
    /// [`PostError::AlreadyPosted`] and [`StoreError::Stale`] when another run was first.
    pub(crate) async fn advance_payment(
        &self,
        after: &Payment,
        entry: Option<&Entry>,
        answered: Option<&Answered<Payment>>,
    ) -> Result<(), PostError> {
        let refundable = refundable(after).map_err(|_| {
            StoreError::Table(aws::TableError::Fault("amounts beyond 64 bits".into()))
        })?;
        let with = |transaction: Transaction| {
            let unchanged = Condition::version(after.version.saturating_sub(1));
            let transaction = transaction.put(PAYMENT, &PaymentItem::from(after), unchanged);
            let transaction = told(transaction, after);
            let transaction = match &refundable {
                Some(refundable) => Self::with_refundable(transaction, refundable),
                None => transaction,
            };
            match answered.filter(|_| after.is_answer()) {
                Some(answered) => transaction.once(answered, after),
                None => transaction,
            }
        };
        match entry {
            Some(entry) => match self.post(entry, |transaction, _| with(transaction)).await {
                Err(PostError::Refused(error)) => Err(StoreError::from(error).into()),
                other => other.map(drop),
            },
            None => with(self.table.transaction())
                .commit()
                .await
                .map_err(|error| StoreError::from(error).into()),
        }
    }

    /// Payments that should have moved on by now, some of each shard.
    pub async fn standing_payments(&self, now: Timestamp) -> Result<Vec<PaymentId>, StoreError> {
        let found = self.standing(PAYMENT, now).await?;
        Ok(found.iter().filter_map(|id| id.parse().ok()).collect())
    }
}

/// What may be refunded of a payment that was captured.
fn refundable(payment: &Payment) -> Result<Option<Refundable>, RefundError> {
    let Some(captured) = payment
        .captured
        .filter(|_| payment.stage == Stage::Captured)
        .filter(|captured| captured.card > 0 || captured.wallet > 0)
    else {
        return Ok(None);
    };
    Refundable::of_captured(
        payment.id,
        payment.order_id,
        payment.user_id,
        payment.intent.clone(),
        captured,
        &payment.shares,
    )
    .map(Some)
}

/// The event of a payment that is over.
fn told(transaction: Transaction, payment: &Payment) -> Transaction {
    let at = payment.updated_at;
    match (payment.stage, payment.amount()) {
        (Stage::Captured, Ok(Some(amount))) => transaction.publish(&envelope(
            payment,
            at,
            PaymentCaptured {
                payment_id: payment.id,
                order_id: payment.order_id,
                amount,
            },
        )),
        (Stage::Failed, _) => transaction.publish(&envelope(
            payment,
            at,
            PaymentFailed {
                payment_id: payment.id,
                order_id: payment.order_id,
                code: payment
                    .failure
                    .as_ref()
                    .map_or_else(String::new, |failure| failure.code.clone()),
            },
        )),
        _ => transaction,
    }
}

/// A payment tells each kind of event once, so the event's id derives from both.
fn envelope<E: Event>(payment: &Payment, at: Timestamp, event: E) -> Envelope<E> {
    let id = EventId::derive(&payment.id.to_string(), E::TYPE);
    Envelope::new(id, at, event)
}
