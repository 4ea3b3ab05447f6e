//! Several writes of which all happen or none.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update as UpdateAction,
};
use contracts::{Envelope, Event};
use kernel::UserId;
use serde::Serialize;
use uuid::Uuid;

use crate::condition::Expression;
use crate::connect::OPERATION;
use crate::once::{Answered, Operation};
use crate::retry::{Patience, Verdict};
use crate::token_versions::TokenVersion;
use crate::{
    Attributes, Condition, Item, Key, OutboxItem, Table, TableError, TokenVersions, Update, item,
    once,
};

mod failure;

pub use failure::{Refusal, TransactionError};
use failure::{sort, verdict};

/// Actions that one transaction takes.
const ACTIONS: usize = 100;
/// On a failed condition DynamoDB says what stood there.
const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// Writes to be made together. Each action has a name by which a refusal tells of it.
#[must_use]
pub struct Transaction {
    table: Table,
    actions: Vec<Action>,
    fault: Option<TableError>,
    operation: Option<Operation>,
}

struct Action {
    name: &'static str,
    key: Key,
    write: TransactWriteItem,
}

impl Transaction {
    pub(crate) const fn new(table: Table) -> Self {
        Self {
            table,
            actions: Vec::new(),
            fault: None,
            operation: None,
        }
    }

    /// Writes an item whole.
    pub fn put<T: Item>(self, name: &'static str, item: &T, condition: Condition) -> Self {
        self.action(name, item.key(), |table| {
            put(table, item::encode(item)?, &condition)
        })
    }

    /// Changes an item in place.
    pub fn update(self, name: &'static str, key: Key, update: Update) -> Self {
        self.action(name, key.clone(), |table| {
            let mut expression = Expression::default();
            let (text, condition) = update.render(&mut expression);
            let aliases = expression.finish()?;
            let action = UpdateAction::builder()
                .table_name(table.name())
                .set_key(Some(key.attributes()))
                .update_expression(text)
                .set_condition_expression(condition)
                .set_expression_attribute_names(aliases.names)
                .set_expression_attribute_values(aliases.values)
                .return_values_on_condition_check_failure(ALL_OLD)
                .build()
                .map_err(TableError::fault)?;
            Ok(TransactWriteItem::builder().update(action).build())
        })
    }

    /// Deletes an item.
    pub fn delete(self, name: &'static str, key: Key, condition: Condition) -> Self {
        self.action(name, key.clone(), |table| {
            let mut expression = Expression::default();
            let condition = condition.render(&mut expression);
            let aliases = expression.finish()?;
            let action = Delete::builder()
                .table_name(table.name())
                .set_key(Some(key.attributes()))
                .set_condition_expression(condition)
                .set_expression_attribute_names(aliases.names)
                .set_expression_attribute_values(aliases.values)
                .return_values_on_condition_check_failure(ALL_OLD)
                .build()
                .map_err(TableError::fault)?;
            Ok(TransactWriteItem::builder().delete(action).build())
        })
    }

    /// Writes nothing, but holds the others to a condition of another item.
    pub fn check(self, name: &'static str, key: Key, condition: Condition) -> Self {
        self.action(name, key.clone(), |table| {
            let mut expression = Expression::default();
            let Some(condition) = condition.render(&mut expression) else {
                return Err(TableError::fault("a check of nothing"));
            };
            let aliases = expression.finish()?;
            let action = ConditionCheck::builder()
                .table_name(table.name())
                .set_key(Some(key.attributes()))
                .condition_expression(condition)
                .set_expression_attribute_names(aliases.names)
                .set_expression_attribute_values(aliases.values)
                .return_values_on_condition_check_failure(ALL_OLD)
                .build()
                .map_err(TableError::fault)?;
            Ok(TransactWriteItem::builder().condition_check(action).build())
        })
    }

    /// Tells an event of these writes: it is written with them, and published after.
    pub fn publish<E: Event + Serialize>(self, envelope: &Envelope<E>) -> Self {
        self.action(OUTBOX, OutboxItem::key(envelope.id), |table| {
            let item = OutboxItem::of(envelope)?;
            put(table, item.attributes(), &Condition::none())
        })
    }

    /// Ends every access token of the user that has a lower version: an action on the platform's
    /// table, and refused where the version is as high already.
    pub fn raise_token_version(
        self,
        name: &'static str,
        versions: &TokenVersions,
        user: UserId,
        tv: u64,
    ) -> Self {
        let version = TokenVersion { user_id: user, tv };
        self.action(name, version.key(), |_| {
            let item = item::encode(&version)?;
            put(versions.table(), item, &version.condition())
        })
    }

    /// Happens only while the operation's claim holds, and keeps the answer with it, so that a
    /// retry of the request is answered without being run. An operation without a claim asks
    /// nothing.
    pub fn once<T>(mut self, answered: &Answered<T>, effect: &T) -> Self {
        let operation = answered.operation();
        let Some(action) = once::completion(operation, || answered.encode(effect)) else {
            return self;
        };
        self.operation = Some(operation.clone());
        match action {
            Ok((key, update)) => self.update(CLAIM, key, update),
            Err(error) => {
                self.fault.get_or_insert(error);
                self
            }
        }
    }

    /// How many actions there are so far.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether there is nothing to be done yet.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Makes all writes or none.
    pub async fn commit(self) -> Result<(), TransactionError> {
        if let Some(error) = self.fault {
            return Err(error.into());
        }
        if self.actions.is_empty() || self.actions.len() > ACTIONS {
            let many = self.actions.len();
            return Err(TableError::fault(format!("a transaction of {many} actions")).into());
        }
        let (names, actions): (Vec<_>, Vec<_>) = self
            .actions
            .into_iter()
            .map(|action| (action.name, action.write))
            .unzip();
        let request = self
            .table
            .client()
            .transact_write_items()
            .set_transact_items(Some(actions));
        // A try whose answer is lost is sent again with the same token, and done once. After a
        // cancellation nothing was done, and the next try is a request of its own.
        let mut token = Uuid::now_v7();
        let mut patience = Patience::new();
        loop {
            let send = request
                .clone()
                .client_request_token(token.to_string())
                .send();
            let time_left = OPERATION.saturating_sub(patience.began().elapsed());
            let error = match tokio::time::timeout(time_left, send).await {
                Ok(Ok(_)) => {
                    if let Some(operation) = &self.operation {
                        operation.mark_answered();
                    }
                    return Ok(());
                }
                Ok(Err(error)) => error,
                Err(late) => return Err(TableError::Unavailable(Box::new(late)).into()),
            };
            let again = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(_)) => {
                    token = Uuid::now_v7();
                    verdict(&error) == Verdict::TryAgain
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => true,
                _ => false,
            };
            if !(again && patience.wait().await) {
                return Err(sort(error, &names));
            }
        }
    }

    fn action(
        mut self,
        name: &'static str,
        key: Key,
        build: impl FnOnce(&Table) -> Result<TransactWriteItem, TableError>,
    ) -> Self {
        if self.fault.is_some() {
            return self;
        }
        // DynamoDB refuses this too, but not every stand-in for it does.
        if let Some(other) = self.actions.iter().find(|action| action.key == key) {
            let fault = format!("`{}` and `{name}` are of one item", other.name);
            self.fault = Some(TableError::fault(fault));
            return self;
        }
        match build(&self.table) {
            Ok(write) => self.actions.push(Action { name, key, write }),
            Err(error) => self.fault = Some(error),
        }
        self
    }
}

/// The names of the actions that are made here.
const CLAIM: &str = "~once";
const OUTBOX: &str = "~outbox";

fn put(
    table: &Table,
    item: Attributes,
    condition: &Condition,
) -> Result<TransactWriteItem, TableError> {
    let mut expression = Expression::default();
    let condition = condition.render(&mut expression);
    let aliases = expression.finish()?;
    let action = Put::builder()
        .table_name(table.name())
        .set_item(Some(item::fits(item)?))
        .set_condition_expression(condition)
        .set_expression_attribute_names(aliases.names)
        .set_expression_attribute_values(aliases.values)
        .return_values_on_condition_check_failure(ALL_OLD)
        .build()
        .map_err(TableError::fault)?;
    Ok(TransactWriteItem::builder().put(action).build())
}
