//! Deposits, one item each.

use aws::{Answered, Condition, Item, Key, Transaction};
use kernel::{Money, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::standing::Standing;
use super::{PostError, Store, StoreError};
use crate::deposit::{Deposit, DepositStage, Deposited};
use crate::ledger::{DepositId, Entry, WalletTransaction};
use crate::processor::Failure;

const DEPOSIT: &str = "deposit";

/// A deposit as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct DepositItem {
    id: DepositId,
    user_id: UserId,
    amount: Money,
    payment_method: String,
    stage: DepositStage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(flatten)]
    standing: Standing,
}

impl Item for DepositItem {
    const TYPE: &'static str = "deposit";

    fn key(&self) -> Key {
        deposit_key(self.id)
    }
}

fn deposit_key(id: DepositId) -> Key {
    Key::new(format!("{DEPOSIT}#{id}"), "deposit")
}

impl From<&Deposit> for DepositItem {
    fn from(deposit: &Deposit) -> Self {
        let (id, text) = (deposit.id.uuid().as_u128(), deposit.id.to_string());
        Self {
            id: deposit.id,
            user_id: deposit.user_id,
            amount: deposit.amount,
            payment_method: deposit.payment_method.clone(),
            stage: deposit.stage,
            intent: deposit.intent.clone(),
            failure: deposit.failure.clone(),
            version: deposit.version,
            created_at: deposit.created_at,
            updated_at: deposit.updated_at,
            standing: Standing::of(DEPOSIT, id, &text, deposit.looked_after_at()),
        }
    }
}

impl From<DepositItem> for Deposit {
    fn from(item: DepositItem) -> Self {
        Self {
            id: item.id,
            user_id: item.user_id,
            amount: item.amount,
            payment_method: item.payment_method,
            stage: item.stage,
            intent: item.intent,
            failure: item.failure,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

impl Store {
    /// A deposit.
    pub async fn deposit(&self, id: DepositId) -> Result<Option<Deposit>, StoreError> {
        let item: Option<DepositItem> = self.table.get(deposit_key(id)).await?;
        Ok(item.map(Deposit::from))
    }

    /// Writes a deposit down for the first time.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is there already.
    pub async fn start_deposit(&self, deposit: &Deposit) -> Result<(), StoreError> {
        let item = DepositItem::from(deposit);
        Ok(self.table.put(&item, Condition::absent()).await?)
    }

    /// Writes a deposit's next stage; of one that is over or waits for its user also the answer, and
    /// of one that has succeeded the entry, whose line it is answered with.
    ///
    /// # Errors
    /// [`PostError::AlreadyPosted`] and [`StoreError::Stale`] when another run was first.
    pub(crate) async fn advance_deposit(
        &self,
        after: &Deposit,
        entry: Option<&Entry>,
        answered: Option<&Answered<Deposited>>,
    ) -> Result<Option<WalletTransaction>, PostError> {
        let with = |transaction: Transaction, line: Option<&WalletTransaction>| {
            let unchanged = Condition::version(after.version.saturating_sub(1));
            let transaction = transaction.put(DEPOSIT, &DepositItem::from(after), unchanged);
            let answer = Deposited {
                deposit: after.clone(),
                line: line.cloned(),
            };
            match answered.filter(|_| after.is_answer()) {
                Some(answered) => transaction.once(answered, &answer),
                None => transaction,
            }
        };
        match entry {
            Some(entry) => match self.post(entry, with).await {
                Err(PostError::Refused(error)) => Err(PostError::Store(error.into())),
                other => other,
            },
            None => match with(self.table.transaction(), None).commit().await {
                Ok(()) => Ok(None),
                Err(error) => Err(PostError::Store(error.into())),
            },
        }
    }

    /// Deposits that should have moved on by now.
    pub async fn standing_deposits(&self, now: Timestamp) -> Result<Vec<DepositId>, StoreError> {
        let ids = self.standing(DEPOSIT, now).await?;
        Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
    }
}
