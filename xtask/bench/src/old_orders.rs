//! Orders of others, as many as a shop may have: copies of one that was placed.

use anyhow::{Context, Result, ensure};
use kernel::{OrderId, UserId};
use manifest::resources::ORDERS;
use serde_json::{Value, json};

use crate::database::Database;
use crate::setting::table_name;
use crate::stock::copy_id;

/// Shards of the orders' indexes, as the store has them.
const SHARDS: u128 = 8;
/// Items that DynamoDB takes at once.
const AT_ONCE: usize = 25;

/// Writes copies of an order, under ids and for buyers of their own.
pub fn fill(database: &Database, sample: &Sample, numbers: std::ops::Range<usize>) -> Result<()> {
    let table = table_name(ORDERS.name);
    let numbers: Vec<usize> = numbers.collect();
    for batch in numbers.chunks(AT_ONCE) {
        let put = |&number: &usize| {
            let item = sample.copy(number);
            format!(r#"{{"PutRequest":{{"Item":{item}}}}}"#)
        };
        let puts: Vec<String> = batch.iter().map(put).collect();
        let write = format!(r#"{{"RequestItems":{{"{table}":[{}]}}}}"#, puts.join(","));
        let said = database.send("BatchWriteItem", write.into_bytes())?;
        let left = said["UnprocessedItems"].as_object();
        ensure!(
            left.is_none_or(serde_json::Map::is_empty),
            "not all orders were taken"
        );
    }
    Ok(())
}

/// An order that others are copies of, as text: they are too many to be read and written each.
pub struct Sample {
    text: String,
    id: String,
    user: String,
}

/// Stands in the text for the shard of an order's indexes.
const SHARD: &str = "{shard}";

impl Sample {
    /// By an order as the table has it.
    pub fn of(order: &Value) -> Result<Self> {
        let own = |name: &str| {
            let value = order[name]["S"].as_str().map(str::to_owned);
            value.with_context(|| format!("an order without `{name}`"))
        };
        let (id, user) = (own("id")?, own("user_id")?);
        let mut order = order.clone();
        for name in ["shop_shard", "due_shard"] {
            order[name] = json!({ "S": SHARD });
        }
        order["status_shard"] = json!({ "S": format!("pending_payment#{SHARD}") });
        Ok(Self {
            text: order.to_string(),
            id,
            user,
        })
    }

    /// An order as the sample, with every attribute of its indexes.
    fn copy(&self, number: usize) -> String {
        let id = OrderId::from_uuid(copy_id(number).uuid());
        let user = UserId::derive("", &format!("buyer {number}"));
        let shard = id.uuid().as_u128() % SHARDS;
        self.text
            .replace(&self.id, &id.to_string())
            .replace(&self.user, &user.to_string())
            .replace(SHARD, &shard.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_an_order_are_other_orders_of_other_buyers() {
        let (id, user) = (OrderId::derive("", "a"), UserId::derive("", "b"));
        let sample = json!({
            "pk": { "S": format!("order#{id}") }, "sk": { "S": "order" },
            "id": { "S": id.to_string() }, "user_id": { "S": user.to_string() },
            "placed": { "S": format!("2026-01-01T00:00:00.000Z\t{id}") },
        });
        let texts = [1, 2].map(|number| Sample::of(&sample).unwrap().copy(number));
        let copies = texts.map(|text| serde_json::from_str::<Value>(&text).unwrap());
        for name in ["pk", "id", "user_id", "placed"] {
            let all = [&sample[name], &copies[0][name], &copies[1][name]];
            assert!(
                all[0] != all[1] && all[1] != all[2] && all[0] != all[2],
                "{name}"
            );
        }
        assert_eq!(copies[0]["sk"], sample["sk"]);
        let shard = copies[0]["shop_shard"]["S"].as_str().unwrap();
        assert!(shard.parse::<u8>().unwrap() < 8);
        let status = format!("pending_payment#{shard}");
        assert_eq!(copies[0]["status_shard"]["S"], status.as_str());
    }
}
