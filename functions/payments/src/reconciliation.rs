//! Reconciliation: the processor's books against the ledger.
//!
//! Each movement in the processor's books should be one entry of the same amount, and each entry
//! that has moved money at the processor should be one movement there. What is not so is a
//! difference, for people to look into: nothing is put right by itself, but for the processor's
//! fees, which are known from its books alone.

use std::time::Duration;

use kernel::{Money, PaymentId, RefundId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::{DepositId, Entry, EntryId, Kind};
use crate::processor::BalanceTransaction;

/// How long after its entry a movement may turn up in the processor's books, and the other way
/// round, before that is a difference.
pub const LAG: Duration = Duration::from_mins(30);
/// How far back the processor's books are read again, for what was late.
pub const OVERLAP: Duration = Duration::from_hours(24);
/// How far back they are read for the first time.
pub const FIRST: Duration = Duration::from_hours(30 * 24);
/// When an entry that the processor does not know is looked for again.
pub const AGAIN: Duration = Duration::from_hours(24);

/// How the two books differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The processor has moved money of which the ledger knows nothing.
    MissingInLedger,
    /// The ledger has an entry of which the processor knows nothing.
    MissingAtProcessor,
    /// Both know it, with different amounts.
    AmountDiffers,
}

/// Something that one of the books has otherwise than the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is of: the processor's id of the movement, or the entry's.
    pub subject: String,
    /// How they differ.
    pub kind: DifferenceKind,
    /// Our own id of what moved the money, where it is known.
    pub reference: Option<String>,
    /// What the ledger says has come in at the processor; nought for nothing.
    pub ledger: Money,
    /// What the processor says has come in; nought for nothing.
    pub processor: Money,
    /// When the money moved, by the book that has it.
    pub moved_at: Timestamp,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it was found to be gone, where it was.
    pub resolved_at: Option<Timestamp>,
}

/// An entry that is to be found in the processor's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The entry.
    pub entry: EntryId,
    /// Our own id of what moved the money.
    pub cause: String,
    /// What has come in at the processor.
    pub amount: Money,
    /// When it was posted.
    pub at: Timestamp,
}

/// What the ledger should have for a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// This entry.
    Entry(EntryId),
    /// Something, and nobody knows what: it is not of our making.
    Unknown,
    /// Nothing: what the processor sends to the shop's bank is between the two.
    Nothing,
}

/// What the ledger should have for a movement that is known to be for `reference`.
pub fn expected(movement: &BalanceTransaction, reference: Option<&str>) -> Expected {
    let reference = reference.unwrap_or_default();
    let is_payment = reference.parse::<PaymentId>().is_ok();
    let of = |kind, known: bool| known.then(|| Entry::id_of(kind, reference));
    let is_refund = reference.parse::<RefundId>().is_ok();
    let is_deposit = reference.parse::<DepositId>().is_ok();
    let entry = match movement.kind.as_str() {
        "payout" | "payout_failure" | "payout_cancel" | "transfer" | "stripe_fee" => {
            return Expected::Nothing;
        }
        "charge" | "payment" => {
            of(Kind::PaymentCaptured, is_payment).or_else(|| of(Kind::WalletDeposited, is_deposit))
        }
        "refund" | "payment_refund" => of(Kind::PaymentRefunded, is_refund),
        "refund_failure" | "payment_failure_refund" => of(Kind::RefundReturned, is_refund),
        "adjustment" => {
            let kind = if movement.amount.is_negative() {
                Kind::PaymentDisputed
            } else {
                Kind::DisputeWon
            };
            let charged = (is_payment || is_deposit).then_some(reference);
            let known = charged.zip(movement.source.as_deref());
            known.map(|(charged, dispute)| Entry::id_within(kind, charged, dispute))
        }
        _ => None,
    };
    entry.map_or(Expected::Unknown, Expected::Entry)
}

/// How a movement differs from the entry that was found for it; none where it does not.
pub fn compare(
    movement: &BalanceTransaction,
    reference: Option<String>,
    entry: Option<&Entry>,
    now: Timestamp,
) -> Option<Difference> {
    let (kind, ledger) = match entry {
        None => (
            DifferenceKind::MissingInLedger,
            Money::zero(movement.amount.currency),
        ),
        Some(entry) if entry.processor_change() != movement.amount => {
            (DifferenceKind::AmountDiffers, entry.processor_change())
        }
        Some(_) => return None,
    };
    Some(Difference {
        subject: movement.id.clone(),
        kind,
        reference,
        ledger,
        processor: movement.amount,
        moved_at: movement.created,
        found_at: now,
        resolved_at: None,
    })
}

impl Awaited {
    /// The entry as one to be found; none for one that the processor has no part in, and for its
    /// fees, which come from its books.
    pub fn of(entry: &Entry) -> Option<Self> {
        let amount = entry.processor_change();
        let awaited = !amount.is_zero() && entry.kind() != Kind::FeeCharged;
        awaited.then(|| Self {
            entry: entry.id(),
            cause: entry.cause().to_owned(),
            amount,
            at: entry.at(),
        })
    }

    /// That it was not found.
    pub fn missing(&self, now: Timestamp) -> Difference {
        Difference {
            subject: self.entry.to_string(),
            kind: DifferenceKind::MissingAtProcessor,
            reference: Some(self.cause.clone()),
            ledger: self.amount,
            processor: Money::zero(self.amount.currency),
            moved_at: self.at,
            found_at: now,
            resolved_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Tender;
    use kernel::CurrencyCode;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn usd(minor: i64) -> Money {
        Money::new(minor, CurrencyCode::USD)
    }

    fn movement(kind: &str, source: &str, minor: i64) -> BalanceTransaction {
        BalanceTransaction {
            id: "txn_1".to_owned(),
            kind: kind.to_owned(),
            source: Some(source.to_owned()),
            intent: None,
            reference: None,
            amount: usd(minor),
            fee: usd(0),
            created: NOW,
        }
    }

    #[test]
    fn every_kind_of_movement_has_its_entry() {
        let pay = PaymentId::derive("", "p");
        let deposit = DepositId::derive("", "d");
        let refund = RefundId::derive("", "r");
        let user = kernel::UserId::derive("", "u");
        let tender = |card| Tender {
            card,
            wallet: 0,
            currency: CurrencyCode::USD,
        };
        let id =
            |entry: Result<Entry, crate::ledger::EntryError>| Expected::Entry(entry.unwrap().id());
        for (kind, source, minor, reference, wanted) in [
            (
                "charge",
                "ch_1",
                70,
                pay.to_string(),
                id(Entry::captured(pay, tender(70), 0, NOW)),
            ),
            (
                "payment",
                "py_1",
                70,
                deposit.to_string(),
                id(Entry::deposited(deposit, user, usd(70), NOW)),
            ),
            (
                "refund",
                "re_1",
                -70,
                refund.to_string(),
                id(Entry::refunded(refund, None, tender(70), NOW)),
            ),
            (
                "refund_failure",
                "re_1",
                70,
                refund.to_string(),
                id(Entry::refund_returned(refund, usd(70), NOW)),
            ),
            (
                "adjustment",
                "dp_1",
                -70,
                pay.to_string(),
                id(Entry::disputed(pay, "dp_1", usd(70), NOW)),
            ),
            (
                "adjustment",
                "dp_1",
                70,
                pay.to_string(),
                id(Entry::dispute_won(pay, "dp_1", usd(70), NOW)),
            ),
            (
                "adjustment",
                "dp_1",
                -70,
                deposit.to_string(),
                id(Entry::disputed(deposit, "dp_1", usd(70), NOW)),
            ),
            ("payout", "po_1", -70, String::new(), Expected::Nothing),
            ("charge", "ch_1", 70, String::new(), Expected::Unknown),
            ("charge", "ch_1", 70, refund.to_string(), Expected::Unknown),
            ("refund", "re_1", -70, pay.to_string(), Expected::Unknown),
            ("contribution", "x", -70, pay.to_string(), Expected::Unknown),
        ] {
            let found = expected(&movement(kind, source, minor), Some(&reference));
            assert_eq!(found, wanted, "{kind} {minor} {reference}");
        }
        assert_eq!(
            expected(&movement("charge", "ch_1", 1), None),
            Expected::Unknown
        );
    }

    #[test]
    fn movements_and_entries_of_one_amount_agree_and_others_differ() {
        let pay = PaymentId::derive("", "p");
        let tender = Tender {
            card: 70,
            wallet: 30,
            currency: CurrencyCode::USD,
        };
        let entry = Entry::captured(pay, tender, 70, NOW).unwrap();
        let kind = |minor, entry| {
            compare(&movement("charge", "ch_1", minor), None, entry, NOW).map(|found| found.kind)
        };
        assert_eq!(
            kind(70, Some(&entry)),
            None,
            "the wallet's part is not the processor's"
        );
        assert_eq!(kind(100, Some(&entry)), Some(DifferenceKind::AmountDiffers));
        assert_eq!(kind(-70, Some(&entry)), Some(DifferenceKind::AmountDiffers));
        assert_eq!(kind(70, None), Some(DifferenceKind::MissingInLedger));
    }

    #[test]
    fn what_the_processor_has_no_part_in_is_not_looked_for_there() {
        let pay = PaymentId::derive("", "p");
        let user = kernel::UserId::derive("", "u");
        let by_wallet = Tender {
            card: 0,
            wallet: 30,
            currency: CurrencyCode::USD,
        };
        let by_card = Tender {
            card: 70,
            wallet: 0,
            currency: CurrencyCode::USD,
        };
        let captured = Entry::captured(pay, by_card, 70, NOW).unwrap();
        for (entry, awaited) in [
            (Entry::authorised(pay, usd(70), NOW), None),
            (Entry::wallet_held(pay, user, usd(70), NOW), None),
            (Entry::captured(pay, by_wallet, 0, NOW), None),
            (Entry::fee(captured.id(), usd(2), NOW), None),
            (
                Entry::refunded(RefundId::derive("", "r"), None, by_card, NOW),
                Some(-70),
            ),
            (Ok(captured), Some(70)),
        ] {
            let found = Awaited::of(&entry.unwrap());
            assert_eq!(found.map(|found| found.amount.minor), awaited);
        }
    }
}
