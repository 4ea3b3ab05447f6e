//! Refunds, and what of a payment may still be refunded.

use aws::{Answered, Condition, Item, Key, Transaction, TransactionError, Update};
use contracts::payments::PaymentRefunded;
use contracts::{Envelope, Event};
use kernel::{
    CancellationId, EventId, LineId, Money, OrderId, PaymentId, RefundId, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

use super::standing::Standing;
use super::{PostError, Store, StoreError};
use crate::ledger::{Entry, Tender};
use crate::refund::{Refund, RefundState, Refundable, Share};

const REFUNDABLE: &str = "refundable";
const REFUND: &str = "refund";
const CAPTURED: &str = "captured";
const LEFT_CARD: &str = "left_card";
const LEFT_WALLET: &str = "left_wallet";

/// What of a payment may still be refunded, as it is kept. It is made when the payment is captured.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RefundableItem {
    payment_id: PaymentId,
    order_id: OrderId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    captured: Tender,
    /// Changed by adding alone, so that refunds of one payment do not hold each other up.
    left_card: i64,
    left_wallet: i64,
    returned: i64,
    shares: Vec<Share>,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed_at: Option<Timestamp>,
}

impl Item for RefundableItem {
    const TYPE: &'static str = "refundable";

    fn key(&self) -> Key {
        refundable_key(self.payment_id)
    }
}

fn refundable_key(payment: PaymentId) -> Key {
    Key::new(format!("payment#{payment}"), "refundable")
}

impl From<&Refundable> for RefundableItem {
    fn from(refundable: &Refundable) -> Self {
        Self {
            payment_id: refundable.payment_id,
            order_id: refundable.order_id,
            user_id: refundable.user_id,
            intent: refundable.intent.clone(),
            captured: refundable.captured,
            left_card: refundable.left.card,
            left_wallet: refundable.left.wallet,
            returned: refundable.returned,
            shares: refundable.shares.clone(),
            version: refundable.version,
            changed_at: refundable.changed_at,
        }
    }
}

impl From<RefundableItem> for Refundable {
    fn from(item: RefundableItem) -> Self {
        Self {
            payment_id: item.payment_id,
            order_id: item.order_id,
            user_id: item.user_id,
            intent: item.intent,
            captured: item.captured,
            left: Tender {
                card: item.left_card,
                wallet: item.left_wallet,
                currency: item.captured.currency,
            },
            returned: item.returned,
            shares: item.shares,
            version: item.version,
            changed_at: item.changed_at,
        }
    }
}

/// That a payment of an order was captured.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CapturedItem {
    order_id: OrderId,
    payment_id: PaymentId,
}

impl Item for CapturedItem {
    const TYPE: &'static str = "captured";

    fn key(&self) -> Key {
        let place = format!("{CAPTURED}#{}", self.payment_id);
        Key::new(order_partition(self.order_id), place)
    }
}

fn order_partition(order: OrderId) -> String {
    format!("order#{order}")
}

/// A refund as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RefundItem {
    id: RefundId,
    payment_id: PaymentId,
    order_id: OrderId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cancellation_id: Option<CancellationId>,
    amount: Tender,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<LineId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shares: Vec<Share>,
    state: RefundState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(flatten)]
    standing: Standing,
}

impl Item for RefundItem {
    const TYPE: &'static str = "refund";

    fn key(&self) -> Key {
        refund_key(self.id)
    }
}

fn refund_key(id: RefundId) -> Key {
    Key::new(format!("{REFUND}#{id}"), "refund")
}

impl From<&Refund> for RefundItem {
    fn from(refund: &Refund) -> Self {
        let (id, text) = (refund.id.uuid().as_u128(), refund.id.to_string());
        Self {
            id: refund.id,
            payment_id: refund.payment_id,
            order_id: refund.order_id,
            cancellation_id: refund.cancellation_id,
            amount: refund.amount,
            lines: refund.lines.clone(),
            shares: refund.shares.clone(),
            state: refund.state,
            reason: refund.reason.clone(),
            failure: refund.failure.clone(),
            version: refund.version,
            created_at: refund.created_at,
            updated_at: refund.updated_at,
            standing: Standing::of(REFUND, id, &text, refund.looked_after_at()),
        }
    }
}

impl From<RefundItem> for Refund {
    fn from(item: RefundItem) -> Self {
        Self {
            id: item.id,
            payment_id: item.payment_id,
            order_id: item.order_id,
            cancellation_id: item.cancellation_id,
            amount: item.amount,
            lines: item.lines,
            shares: item.shares,
            state: item.state,
            reason: item.reason,
            failure: item.failure,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// What the end of a refund does to what may be refunded.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'a> {
    /// It has gone back, and this is what it leaves.
    Returned(&'a Refundable),
    /// It has failed, and may be asked for again.
    Restored(Tender),
    /// The bank has sent back so much of what had gone back; this is what that leaves.
    SentBack(&'a Refundable, i64),
}

/// What is written with the end of a refund.
#[derive(Debug)]
pub(crate) struct Ending<'a> {
    /// What it does to what may be refunded.
    pub change: Change<'a>,
    /// The refund as it is then.
    pub refund: &'a Refund,
    /// What has moved, where something has.
    pub entry: Option<&'a Entry>,
    /// The answer to be kept.
    pub answered: Option<&'a Answered<Refund>>,
    /// The trace that it belongs to.
    pub traceparent: Option<String>,
}

impl Store {
    /// Adds to the transaction that captures a payment what may be refunded of it.
    pub(crate) fn with_refundable(
        transaction: Transaction,
        refundable: &Refundable,
    ) -> Transaction {
        let captured = CapturedItem {
            order_id: refundable.order_id,
            payment_id: refundable.payment_id,
        };
        transaction
            .put(
                REFUNDABLE,
                &RefundableItem::from(refundable),
                Condition::absent(),
            )
            .put(CAPTURED, &captured, Condition::none())
    }

    /// What of a payment may be refunded; none of one that was not captured.
    pub async fn refundable(&self, payment: PaymentId) -> Result<Option<Refundable>, StoreError> {
        let item: Option<RefundableItem> = self.table.get(refundable_key(payment)).await?;
        Ok(item.map(Refundable::from))
    }

    /// The payments of an order that were captured.
    pub async fn captured_of(&self, order: OrderId) -> Result<Vec<PaymentId>, StoreError> {
        let query = self.table.query(order_partition(order)).consistent();
        let slice = query.prefix(format!("{CAPTURED}#")).run::<CapturedItem>();
        let items = slice.await?.items.into_iter();
        Ok(items.map(|item| item.payment_id).collect())
    }

    /// A refund.
    pub async fn refund(&self, id: RefundId) -> Result<Option<Refund>, StoreError> {
        let item: Option<RefundItem> = self.table.get(refund_key(id)).await?;
        Ok(item.map(Refund::from))
    }

    /// Writes a refund down, and takes it off what is left of its payment, where there is as much.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when there is less by now, or this refund is there already.
    pub(crate) async fn begin_refund(&self, refund: &Refund) -> Result<(), StoreError> {
        let enough = Condition::expression("left_card >= :card AND left_wallet >= :wallet")
            .value(":card", refund.amount.card)
            .value(":wallet", refund.amount.wallet);
        let take = Update::new()
            .add(LEFT_CARD, -refund.amount.card)
            .add(LEFT_WALLET, -refund.amount.wallet)
            .when(enough);
        let begun = self
            .table
            .transaction()
            .update(REFUNDABLE, refundable_key(refund.payment_id), take)
            .put(REFUND, &RefundItem::from(refund), Condition::absent());
        Ok(begun.commit().await?)
    }

    /// Notes that a refund is still under way.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed meanwhile.
    pub(crate) async fn touch_refund(&self, refund: &Refund) -> Result<(), StoreError> {
        let unchanged = Condition::version(refund.version.saturating_sub(1));
        Ok(self.table.put(&RefundItem::from(refund), unchanged).await?)
    }

    /// Ends a refund: its state, what is left of the payment, the entry of what has moved, and for
    /// one that went back the event.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the refund or what is left has changed meanwhile.
    pub(crate) async fn end_refund(&self, ending: &Ending<'_>) -> Result<(), PostError> {
        let with = |transaction: Transaction| {
            let refund = ending.refund;
            let unchanged = Condition::version(refund.version.saturating_sub(1));
            let transaction = transaction
                .update(
                    REFUNDABLE,
                    refundable_key(refund.payment_id),
                    ending.change.update(),
                )
                .put(REFUND, &RefundItem::from(refund), unchanged);
            let transaction = match told(ending) {
                Some(envelope) => transaction.publish(&envelope),
                None => transaction,
            };
            match ending.answered {
                Some(answered) => transaction.once(answered, refund),
                None => transaction,
            }
        };
        let stale = |error: TransactionError| PostError::Store(error.into());
        match ending.entry {
            Some(entry) => match self.post(entry, |transaction, _| with(transaction)).await {
                Err(PostError::Refused(error)) => Err(stale(error)),
                other => other.map(drop),
            },
            None => with(self.table.transaction()).commit().await.map_err(stale),
        }
    }

    /// Refunds that should have moved on by now.
    pub async fn standing_refunds(&self, now: Timestamp) -> Result<Vec<RefundId>, StoreError> {
        let ids = self.standing(REFUND, now).await?;
        Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
    }
}

impl Change<'_> {
    fn update(self) -> Update {
        match self {
            Self::Returned(refundable) => set_returned(refundable),
            Self::SentBack(refundable, card) => set_returned(refundable).add(LEFT_CARD, card),
            Self::Restored(tender) => Update::new()
                .add(LEFT_CARD, tender.card)
                .add(LEFT_WALLET, tender.wallet)
                .when(Condition::present()),
        }
    }
}

fn set_returned(refundable: &Refundable) -> Update {
    Update::new()
        .set("returned", refundable.returned)
        .set("shares", &refundable.shares)
        .set("version", refundable.version)
        .set("changed_at", refundable.changed_at)
        .when(Condition::version(refundable.version.saturating_sub(1)))
}

/// The event of a refund that went back. There is none for one that failed, nor for one that the
/// bank sends back later.
fn told(ending: &Ending<'_>) -> Option<Envelope<PaymentRefunded>> {
    let Change::Returned(refundable) = ending.change else {
        return None;
    };
    let refund = ending.refund;
    let id = EventId::derive(&refund.id.to_string(), PaymentRefunded::TYPE);
    let event = PaymentRefunded {
        payment_id: refund.payment_id,
        order_id: refund.order_id,
        refund_id: refund.id,
        cancellation_id: refund.cancellation_id,
        amount: refund.amount.total().ok()?,
        refunded: Money::new(refundable.returned, refundable.captured.currency),
        captured: refundable.captured.total().ok()?,
    };
    let envelope = Envelope::new(id, refund.updated_at, event);
    Some(envelope.traced(ending.traceparent.clone()))
}
