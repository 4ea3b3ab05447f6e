//! Which customer of the processor a user is.

use aws::{Condition, Item, Key};
use kernel::UserId;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

#[derive(Debug, Serialize, Deserialize)]
struct CustomerItem {
    user: UserId,
    customer: String,
}

impl Item for CustomerItem {
    const TYPE: &'static str = "customer";

    fn key(&self) -> Key {
        key(self.user)
    }
}

fn key(user: UserId) -> Key {
    Key::new(format!("customer#{user}"), "customer")
}

impl Store {
    /// A user's customer, where there is one.
    pub async fn customer(&self, user: UserId) -> Result<Option<String>, StoreError> {
        let item: Option<CustomerItem> = self.table.get(key(user)).await?;
        Ok(item.map(|item| item.customer))
    }

    /// Forgets a user's customer.
    pub async fn delete_customer(&self, user: UserId) -> Result<(), StoreError> {
        Ok(self.table.delete(key(user), Condition::none()).await?)
    }

    /// Keeps a user's customer; where another was kept meanwhile, that one is it.
    pub async fn keep_customer(
        &self,
        user: UserId,
        customer: String,
    ) -> Result<String, StoreError> {
        let item = CustomerItem { user, customer };
        match self.table.put(&item, Condition::absent()).await {
            Ok(()) => Ok(item.customer),
            Err(error) if error.is_refused() => self.customer(user).await?.ok_or(StoreError::Stale),
            Err(error) => Err(error.into()),
        }
    }
}
