//! One table: items by their keys.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::types::{
    KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::condition::Expression;
use crate::item::{self, decode};
use crate::retry::Patience;
use crate::{Attributes, Condition, Item, Key, Query, TableError, Transaction, Update};

/// A service's table. Cheap to clone.
#[derive(Clone)]
pub struct Table {
    client: aws_sdk_dynamodb::Client,
    name: Arc<str>,
    /// Whether the client has an open connection: one for all tables.
    connected: Arc<AtomicBool>,
}

/// Keys that one BatchGetItem takes.
const BATCH: usize = 100;
/// Batches read at once.
const BATCHES_AT_ONCE: usize = 8;

impl Table {
    pub(crate) fn new(
        client: aws_sdk_dynamodb::Client,
        name: String,
        connected: Arc<AtomicBool>,
    ) -> Self {
        Self {
            client,
            name: name.into(),
            connected,
        }
    }

    /// The table's physical name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn client(&self) -> &aws_sdk_dynamodb::Client {
        &self.client
    }

    /// The item at a key, as the last write left it.
    pub async fn get<T: Item>(&self, key: Key) -> Result<Option<T>, TableError> {
        self.attributes(&key, true).await?.map(decode).transpose()
    }

    /// The item at a key, perhaps not as the last write left it, at half the price.
    pub async fn peek<T: Item>(&self, key: Key) -> Result<Option<T>, TableError> {
        self.attributes(&key, false).await?.map(decode).transpose()
    }

    pub(crate) async fn attributes(
        &self,
        key: &Key,
        consistent: bool,
    ) -> Result<Option<Attributes>, TableError> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(consistent)
            .send()
            .await
            .map_err(TableError::of)?;
        self.connected.store(true, Ordering::Relaxed);
        Ok(answer.item)
    }

    /// The items at these keys in the keys' order, as the last writes left them. Absent ones are
    /// left out; a key that stands twice is answered twice.
    pub async fn batch_get<T: Item + Clone>(&self, keys: &[Key]) -> Result<Vec<T>, TableError> {
        let mut wanted: Vec<&Key> = keys.iter().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let batches: Vec<Vec<&Key>> = wanted.chunks(BATCH).map(<[&Key]>::to_vec).collect();
        // The futures are made before they are streamed: a closure inside a stream would have to
        // hold for keys of any lifetime, and callers' futures could not be sent between threads.
        let reads: Vec<_> = batches.into_iter().map(|batch| self.batch(batch)).collect();
        let found: Vec<HashMap<Key, T>> = stream::iter(reads)
            .buffer_unordered(BATCHES_AT_ONCE)
            .try_collect()
            .await?;
        let found: HashMap<Key, T> = found.into_iter().flatten().collect();
        Ok(keys
            .iter()
            .filter_map(|key| found.get(key).cloned())
            .collect())
    }

    /// At most a hundred items. What DynamoDB leaves for later is asked for at once while
    /// something comes, for then it was only too much for one answer, and after a pause otherwise.
    async fn batch<T: Item>(&self, keys: Vec<&Key>) -> Result<HashMap<Key, T>, TableError> {
        let mut found = HashMap::with_capacity(keys.len());
        let mut left: Vec<Attributes> = keys.into_iter().map(Key::attributes).collect();
        let mut patience = Patience::new();
        while !left.is_empty() {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(left))
                .consistent_read(true)
                .build()
                .map_err(TableError::fault)?;
            let mut answer = self
                .client
                .batch_get_item()
                .request_items(&*self.name, request)
                .send()
                .await
                .map_err(TableError::of)?;
            let items = answer
                .responses
                .as_mut()
                .and_then(|tables| tables.remove(&*self.name))
                .unwrap_or_default();
            left = answer
                .unprocessed_keys
                .as_mut()
                .and_then(|tables| tables.remove(&*self.name))
                .map(|unread| unread.keys)
                .unwrap_or_default();
            if items.is_empty() && !left.is_empty() && !patience.wait().await {
                return Err(TableError::Unavailable("keys stay unread".into()));
            }
            for item in items {
                let key = Key::of(&item)
                    .ok_or_else(|| TableError::Corrupt("an item without its key".into()))?;
                found.insert(key, decode(item)?);
            }
        }
        Ok(found)
    }

    /// The items of one partition, of the table or of an index.
    pub fn query(&self, partition: impl Into<String>) -> Query {
        Query::new(self.clone(), partition.into())
    }

    /// Writes an item whole.
    ///
    /// A try whose answer was lost is sent again by the SDK, and may then be refused by what it
    /// wrote itself. Where that matters, write it in a [`transaction`](Self::transaction), which
    /// knows itself by a token.
    pub async fn put<T: Item>(&self, item: &T, condition: Condition) -> Result<(), TableError> {
        self.put_attributes(item::encode(item)?, &condition).await
    }

    pub(crate) async fn put_attributes(
        &self,
        item: Attributes,
        condition: &Condition,
    ) -> Result<(), TableError> {
        let mut expression = Expression::default();
        let condition = condition.render(&mut expression);
        let aliases = expression.finish()?;
        let request = self
            .client
            .put_item()
            .table_name(&*self.name)
            .set_item(Some(item::fits(item)?))
            .set_condition_expression(condition)
            .set_expression_attribute_names(aliases.names)
            .set_expression_attribute_values(aliases.values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut patience = Patience::new();
        loop {
            match request.clone().send().await.map_err(TableError::of_write) {
                Ok(_) => return Ok(()),
                Err(error) if error.is_conflict() && patience.wait().await => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Changes an item in place and answers all of it as it is then; [`decode`] reads it.
    pub async fn update(&self, key: Key, update: Update) -> Result<Attributes, TableError> {
        let mut expression = Expression::default();
        let (text, condition) = update.render(&mut expression);
        let aliases = expression.finish()?;
        let request = self
            .client
            .update_item()
            .table_name(&*self.name)
            .set_key(Some(key.attributes()))
            .update_expression(text)
            .set_condition_expression(condition)
            .set_expression_attribute_names(aliases.names)
            .set_expression_attribute_values(aliases.values)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut patience = Patience::new();
        loop {
            match request.clone().send().await.map_err(TableError::of_write) {
                Ok(answer) => return Ok(answer.attributes.unwrap_or_default()),
                Err(error) if error.is_conflict() && patience.wait().await => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Deletes an item. Without a condition an absent one is deleted well.
    pub async fn delete(&self, key: Key, condition: Condition) -> Result<(), TableError> {
        let mut expression = Expression::default();
        let condition = condition.render(&mut expression);
        let aliases = expression.finish()?;
        let request = self
            .client
            .delete_item()
            .table_name(&*self.name)
            .set_key(Some(key.attributes()))
            .set_condition_expression(condition)
            .set_expression_attribute_names(aliases.names)
            .set_expression_attribute_values(aliases.values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut patience = Patience::new();
        loop {
            match request.clone().send().await.map_err(TableError::of_write) {
                Ok(_) => return Ok(()),
                Err(error) if error.is_conflict() && patience.wait().await => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Several writes, of which all happen or none.
    pub fn transaction(&self) -> Transaction {
        Transaction::new(self.clone())
    }

    /// Opens the connection, unless a read has opened it before. For the start of a function, which
    /// runs at full speed, where the first request does not.
    pub async fn warm(&self) -> Result<(), TableError> {
        if self.connected.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.reach().await
    }

    /// Whether the table can be read: asks for an item that is never there.
    pub async fn reach(&self) -> Result<(), TableError> {
        self.attributes(&Key::new("~warm", "~warm"), true)
            .await
            .map(|_| ())
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Table").field(&self.name).finish()
    }
}
