//! Second factors.

use aws::{Condition, Item, Key, TableError, Update};
use kernel::UserId;
use serde::{Deserialize, Serialize};

use super::users::{is_active, partition, user_key};
use super::{Recorded, Store, StoreError, users};
use crate::second_factor::{Code, SecondFactor};

const FACTOR: &str = "second-factor";
const OWNER: &str = "owner";

#[derive(Debug, Serialize, Deserialize)]
struct SecondFactorItem {
    user_id: UserId,
    sealed: String,
    confirmed: bool,
    last_step: u64,
    recovery: Vec<String>,
}

impl Item for SecondFactorItem {
    const TYPE: &'static str = "second-factor";

    fn key(&self) -> Key {
        key(self.user_id)
    }
}

fn key(user: UserId) -> Key {
    Key::new(partition(user), "second-factor")
}

fn is_confirmed(yes: bool) -> Condition {
    Condition::expression("confirmed = :confirmed").value(":confirmed", yes)
}

impl Store {
    /// A user's second factor, confirmed or not.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn second_factor(&self, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
        let item: Option<SecondFactorItem> = self.table().get(key(user)).await?;
        Ok(item.map(|item| SecondFactor {
            user: item.user_id,
            sealed: item.sealed,
            confirmed: item.confirmed,
            last_step: item.last_step,
            recovery: item.recovery,
        }))
    }

    /// Keeps a new second factor until it is confirmed, in place of another that never was.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when one was confirmed, or the user has gone.
    pub async fn keep_second_factor(&self, factor: &SecondFactor) -> Result<(), StoreError> {
        let item = SecondFactorItem {
            user_id: factor.user,
            sealed: factor.sealed.clone(),
            confirmed: factor.confirmed,
            last_step: factor.last_step,
            recovery: factor.recovery.clone(),
        };
        let free = Condition::absent().or(is_confirmed(false));
        self.table()
            .transaction()
            .put(FACTOR, &item, free)
            .check(OWNER, user_key(factor.user), is_active())
            .commit()
            .await
            .map_err(StoreError::from)
    }

    /// Confirms a second factor with the code of a step, and has signing in take it from now on.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when user or factor are not what they were.
    pub async fn confirm_second_factor(
        &self,
        factor: &SecondFactor,
        step: u64,
        recorded: &Recorded,
    ) -> Result<(), StoreError> {
        let same = Condition::expression("sealed = :sealed").value(":sealed", &factor.sealed);
        let update = Update::new()
            .set("confirmed", true)
            .set("last_step", step)
            .when(same.and(is_confirmed(false)));
        self.write_recorded(self.table().transaction(), recorded)?
            .update(FACTOR, key(factor.user), update)
            .commit()
            .await
            .map_err(users::refusal)
    }

    /// Has signing in take no second factor any more.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the user is not what it was.
    pub async fn drop_second_factor(&self, recorded: &Recorded) -> Result<(), StoreError> {
        let user = recorded.after().id;
        self.write_recorded(self.table().transaction(), recorded)?
            .delete(FACTOR, key(user), Condition::none())
            .commit()
            .await
            .map_err(users::refusal)
    }

    /// Uses a code up. It says whether nobody else has: of many at once one does.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn spend(&self, factor: &SecondFactor, code: &Code) -> Result<bool, StoreError> {
        let update = match code {
            Code::OfStep(step) => {
                let later = Condition::expression("last_step < :step").value(":step", step);
                Update::new().set("last_step", step).when(later)
            }
            Code::Recovery(hash) => {
                let same = Condition::expression("recovery = :known");
                let left = factor.recovery.iter().filter(|known| *known != hash);
                Update::new()
                    .set("recovery", left.collect::<Vec<_>>())
                    .when(same.value(":known", &factor.recovery))
            }
        };
        let update = update.when(is_confirmed(true));
        match self.table().update(key(factor.user), update).await {
            Ok(_) => Ok(true),
            Err(TableError::Refused { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
