//! Entries: one for each movement of money, and each in balance.

use kernel::{CurrencyCode, Money, MoneyError, PaymentId, RefundId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{Account, DepositId, EntryId, Side, WalletTransactionId, WithdrawalId};

/// What an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A card's bank has promised the money.
    CardAuthorised,
    /// The promise was given back unused.
    AuthorisationReleased,
    /// A payment under way has taken money out of a wallet.
    WalletHeld,
    /// The payment came to nothing, or needed less, and the wallet has its money back.
    WalletReleased,
    /// An order was paid.
    PaymentCaptured,
    /// Money went back to who had paid.
    PaymentRefunded,
    /// The bank did not take what went back to a card: the processor has it again.
    RefundReturned,
    /// A card filled a wallet.
    WalletDeposited,
    /// A user takes money out of a wallet.
    WalletWithdrawn,
    /// The processor has kept its fee.
    FeeCharged,
    /// A card holder's bank has taken back what a payment or a deposit had brought.
    PaymentDisputed,
    /// The bank has given it up again.
    DisputeWon,
}

impl Kind {
    /// The word for it, which with its cause makes the id of an entry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardAuthorised => "card_authorised",
            Self::AuthorisationReleased => "authorisation_released",
            Self::WalletHeld => "wallet_held",
            Self::WalletReleased => "wallet_released",
            Self::PaymentCaptured => "payment_captured",
            Self::PaymentRefunded => "payment_refunded",
            Self::RefundReturned => "refund_returned",
            Self::WalletDeposited => "wallet_deposited",
            Self::WalletWithdrawn => "wallet_withdrawn",
            Self::FeeCharged => "fee_charged",
            Self::PaymentDisputed => "payment_disputed",
            Self::DisputeWon => "dispute_won",
        }
    }
}

/// One line of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// On which side.
    pub side: Side,
    /// Minor units of the entry's currency, above nought.
    pub amount: i64,
}

/// What of a payment or refund is a card's, and what a wallet's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tender {
    /// Minor units by card.
    pub card: i64,
    /// Minor units by wallet.
    pub wallet: i64,
    /// Of what.
    pub currency: CurrencyCode,
}

impl Tender {
    /// Both together.
    ///
    /// # Errors
    /// More than 64 bits.
    pub fn total(self) -> Result<Money, MoneyError> {
        Money::new(self.card, self.currency).checked_add(Money::new(self.wallet, self.currency))
    }
}

/// Why something is no entry. None of it comes of what a caller sends: amounts were checked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Nothing would move.
    #[error("an entry of nothing")]
    Nothing,
    /// A posting is below nought.
    #[error("an amount below nought")]
    Negative,
    /// The two sides differ.
    #[error("debits and credits differ")]
    Unbalanced,
    /// Two wallets in one entry: a movement is of one user.
    #[error("two wallets in one entry")]
    TwoWallets,
    /// A wallet is to be posted and nobody is named.
    #[error("a wallet of nobody")]
    NoUser,
}

/// What an entry does to a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalletChange {
    /// Whose.
    pub user: UserId,
    /// What comes in; below nought what goes out.
    pub amount: Money,
}

/// A movement of money. Its postings are in balance: there is no other way to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    id: EntryId,
    kind: Kind,
    cause: String,
    currency: CurrencyCode,
    postings: Vec<Posting>,
    at: Timestamp,
}

impl Entry {
    /// An entry as it was kept, or as [one of the movements](Self::captured) is made.
    ///
    /// # Errors
    /// It is not in balance, or moves nothing, or moves two wallets.
    pub fn new(
        id: EntryId,
        kind: Kind,
        cause: String,
        currency: CurrencyCode,
        postings: Vec<Posting>,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        let sum = |side| {
            let of_side = postings.iter().filter(move |posting| posting.side == side);
            of_side
                .map(|posting| i128::from(posting.amount))
                .sum::<i128>()
        };
        let is_wallet = |posting: &&Posting| matches!(posting.account, Account::Wallets(_));
        if postings.is_empty() {
            return Err(EntryError::Nothing);
        }
        if postings.iter().any(|posting| posting.amount <= 0) {
            return Err(EntryError::Negative);
        }
        if sum(Side::Debit) != sum(Side::Credit) {
            return Err(EntryError::Unbalanced);
        }
        if postings.iter().filter(is_wallet).count() > 1 {
            return Err(EntryError::TwoWallets);
        }
        Ok(Self {
            id,
            kind,
            cause,
            currency,
            postings,
            at,
        })
    }

    /// A card's bank has promised the amount.
    pub fn authorised(payment: PaymentId, card: Money, at: Timestamp) -> Result<Self, EntryError> {
        Draft::of(Kind::CardAuthorised, payment)
            .debit(Account::Authorised, card.minor)
            .credit(Account::Promises, card.minor)
            .entry(card.currency, at)
    }

    /// All of the promise was given back unused.
    pub fn released(payment: PaymentId, card: Money, at: Timestamp) -> Result<Self, EntryError> {
        Draft::of(Kind::AuthorisationReleased, payment)
            .debit(Account::Promises, card.minor)
            .credit(Account::Authorised, card.minor)
            .entry(card.currency, at)
    }

    /// A payment under way takes the amount out of a wallet.
    pub fn wallet_held(
        payment: PaymentId,
        user: UserId,
        amount: Money,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        Draft::of(Kind::WalletHeld, payment)
            .debit(Account::Wallets(user), amount.minor)
            .credit(Account::Held, amount.minor)
            .entry(amount.currency, at)
    }

    /// The wallet has it back, for the payment came to nothing or needed less.
    pub fn wallet_released(
        payment: PaymentId,
        user: UserId,
        amount: Money,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        Draft::of(Kind::WalletReleased, payment)
            .debit(Account::Held, amount.minor)
            .credit(Account::Wallets(user), amount.minor)
            .entry(amount.currency, at)
    }

    /// An order is paid: by card what the processor took of the promise, by wallet what was held.
    /// The promise ends, used or not.
    pub fn captured(
        payment: PaymentId,
        taken: Tender,
        authorised: i64,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        Draft::of(Kind::PaymentCaptured, payment)
            .debit(Account::Processor, taken.card)
            .debit(Account::Held, taken.wallet)
            .credit(Account::Sales, taken.card.saturating_add(taken.wallet))
            .debit(Account::Promises, authorised)
            .credit(Account::Authorised, authorised)
            .entry(taken.currency, at)
    }

    /// Money went back: to the card through the processor, to the wallet of who paid.
    pub fn refunded(
        refund: RefundId,
        payer: Option<UserId>,
        returned: Tender,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        let draft = Draft::of(Kind::PaymentRefunded, refund)
            .debit(
                Account::Refunds,
                returned.card.saturating_add(returned.wallet),
            )
            .credit(Account::Processor, returned.card);
        let draft = match (payer, returned.wallet) {
            (_, 0) => draft,
            (Some(user), wallet) => draft.credit(Account::Wallets(user), wallet),
            (None, _) => return Err(EntryError::NoUser),
        };
        draft.entry(returned.currency, at)
    }

    /// The bank did not take what went back to a card: the processor has it again.
    pub fn refund_returned(
        refund: RefundId,
        card: Money,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        Draft::of(Kind::RefundReturned, refund)
            .debit(Account::Processor, card.minor)
            .credit(Account::Refunds, card.minor)
            .entry(card.currency, at)
    }

    /// A card filled a wallet.
    pub fn deposited(
        deposit: DepositId,
        user: UserId,
        amount: Money,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        Draft::of(Kind::WalletDeposited, deposit)
            .debit(Account::Processor, amount.minor)
            .credit(Account::Wallets(user), amount.minor)
            .entry(amount.currency, at)
    }

    /// A user takes money out of a wallet, to be sent by the bank.
    pub fn withdrawn(
        withdrawal: WithdrawalId,
        user: UserId,
        amount: Money,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        Draft::of(Kind::WalletWithdrawn, withdrawal)
            .debit(Account::Wallets(user), amount.minor)
            .credit(Account::Payouts, amount.minor)
            .entry(amount.currency, at)
    }

    /// The processor has kept a fee of what it moved for the entry `of`.
    pub fn fee(of: EntryId, fee: Money, at: Timestamp) -> Result<Self, EntryError> {
        Draft::of(Kind::FeeCharged, of)
            .debit(Account::Fees, fee.minor)
            .credit(Account::Processor, fee.minor)
            .entry(fee.currency, at)
    }

    /// A card holder's bank has taken back what a payment or a deposit had brought. Either may be
    /// disputed more than once, so the processor's name of the dispute is a part of the cause.
    pub fn disputed(
        charged: impl std::fmt::Display,
        dispute: &str,
        amount: Money,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        Draft::within(Kind::PaymentDisputed, charged, dispute)
            .debit(Account::Disputes, amount.minor)
            .credit(Account::Processor, amount.minor)
            .entry(amount.currency, at)
    }

    /// The bank has given the dispute up.
    pub fn dispute_won(
        charged: impl std::fmt::Display,
        dispute: &str,
        amount: Money,
        at: Timestamp,
    ) -> Result<Self, EntryError> {
        Draft::within(Kind::DisputeWon, charged, dispute)
            .debit(Account::Processor, amount.minor)
            .credit(Account::Disputes, amount.minor)
            .entry(amount.currency, at)
    }

    /// The id that the entry of this kind has, of a cause that has one such entry.
    pub fn id_of(kind: Kind, cause: impl std::fmt::Display) -> EntryId {
        EntryId::derive(&cause.to_string(), kind.as_str())
    }

    /// The id that the entry of this kind has, of a part of a cause: of one of its disputes.
    pub fn id_within(kind: Kind, cause: impl std::fmt::Display, part: &str) -> EntryId {
        EntryId::derive(&cause.to_string(), &format!("{}:{part}", kind.as_str()))
    }

    /// Its id: the same for the same cause and kind.
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// What it is of.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The id of what caused it: a payment, a refund, a deposit.
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// The currency of all its postings.
    pub const fn currency(&self) -> CurrencyCode {
        self.currency
    }

    /// Its lines.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// When it was posted.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What it does to a wallet, where it does.
    pub fn wallet_change(&self) -> Option<WalletChange> {
        self.postings.iter().find_map(|posting| {
            let Account::Wallets(user) = posting.account else {
                return None;
            };
            let minor = match posting.side {
                Side::Credit => posting.amount,
                Side::Debit => -posting.amount,
            };
            Some(WalletChange {
                user,
                amount: Money::new(minor, self.currency),
            })
        })
    }

    /// The line that it makes in the history of a wallet.
    pub const fn wallet_transaction(&self) -> WalletTransactionId {
        WalletTransactionId::from_uuid(self.id.uuid())
    }

    /// What it adds to what the processor holds; below nought what it takes.
    pub fn processor_change(&self) -> Money {
        let of_processor = self
            .postings
            .iter()
            .filter(|posting| posting.account == Account::Processor);
        let minor = of_processor.fold(0_i64, |sum, posting| match posting.side {
            Side::Debit => sum.saturating_add(posting.amount),
            Side::Credit => sum.saturating_sub(posting.amount),
        });
        Money::new(minor, self.currency)
    }
}

/// An entry that is being written. Postings of nothing are left out.
struct Draft {
    id: EntryId,
    kind: Kind,
    cause: String,
    postings: Vec<Posting>,
}

impl Draft {
    fn of(kind: Kind, cause: impl std::fmt::Display) -> Self {
        Self {
            id: Entry::id_of(kind, &cause),
            kind,
            cause: cause.to_string(),
            postings: Vec::new(),
        }
    }

    fn within(kind: Kind, cause: impl std::fmt::Display, part: &str) -> Self {
        Self {
            id: Entry::id_within(kind, &cause, part),
            ..Self::of(kind, cause)
        }
    }

    fn debit(self, account: Account, amount: i64) -> Self {
        self.posting(account, Side::Debit, amount)
    }

    fn credit(self, account: Account, amount: i64) -> Self {
        self.posting(account, Side::Credit, amount)
    }

    fn posting(mut self, account: Account, side: Side, amount: i64) -> Self {
        if amount != 0 {
            self.postings.push(Posting {
                account,
                side,
                amount,
            });
        }
        self
    }

    fn entry(self, currency: CurrencyCode, at: Timestamp) -> Result<Entry, EntryError> {
        Entry::new(self.id, self.kind, self.cause, currency, self.postings, at)
    }
}
