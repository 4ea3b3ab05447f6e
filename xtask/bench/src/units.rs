//! Capacity units, as DynamoDB publishes how they are counted.
//!
//! The database that stands in for DynamoDB reports them; [`check`] holds it to the published
//! rules before anything is measured:
//!
//! - A read takes a unit for each 4 KB begun, half of that when it need not be consistent. Items
//!   read by key are rounded one by one, those of a query together. What is not there costs as
//!   much as the smallest.
//! - A write takes a unit for each KB begun, of the table and of each index that it changes.
//! - In a transaction the table's units count twice.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::database::Database;

/// What calls cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// Read units.
    pub read: f64,
    /// Write units.
    pub write: f64,
}

impl std::iter::Sum for Units {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            read: sum.read + one.read,
            write: sum.write + one.write,
        })
    }
}

/// The units of a call, from what the database says it consumed: one table's, or a list of them.
pub fn consumed(operation: &str, said: Option<&Value>) -> Units {
    let tables = match said {
        Some(Value::Array(tables)) => tables.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let units = tables
        .iter()
        .filter_map(|table| table["CapacityUnits"].as_f64())
        .sum();
    let reads = [
        "GetItem",
        "BatchGetItem",
        "Query",
        "Scan",
        "TransactGetItems",
    ];
    if reads.contains(&operation) {
        Units {
            read: units,
            write: 0.0,
        }
    } else {
        Units {
            read: 0.0,
            write: units,
        }
    }
}

/// A call of which the rules say what it costs.
struct Case {
    name: &'static str,
    operation: &'static str,
    call: Value,
    units: f64,
}

/// Holds the database to the rules, on a table of its own that has one index.
pub fn check(database: &Database) -> Result<()> {
    const TABLE: &str = "units";
    database.call(
        "CreateTable",
        &json!({
            "TableName": TABLE,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                { "AttributeName": "pk", "AttributeType": "S" },
                { "AttributeName": "sk", "AttributeType": "S" },
                { "AttributeName": "list", "AttributeType": "S" },
            ],
            "KeySchema": [
                { "AttributeName": "pk", "KeyType": "HASH" },
                { "AttributeName": "sk", "KeyType": "RANGE" },
            ],
            "GlobalSecondaryIndexes": [{
                "IndexName": "index",
                "KeySchema": [
                    { "AttributeName": "list", "KeyType": "HASH" },
                    { "AttributeName": "sk", "KeyType": "RANGE" },
                ],
                "Projection": { "ProjectionType": "KEYS_ONLY" },
            }],
        }),
    )?;
    for case in cases(TABLE) {
        let mut call = case.call;
        call["ReturnConsumedCapacity"] = json!("TOTAL");
        let answer = database.call(case.operation, &call)?;
        let units = consumed(case.operation, answer.get("ConsumedCapacity"));
        let counted = units.read + units.write;
        ensure!(
            (counted - case.units).abs() < 1e-9,
            "the database counts {counted} units for {}, and DynamoDB {}",
            case.name,
            case.units,
        );
    }
    database.call("DeleteTable", &json!({ "TableName": TABLE }))?;
    Ok(())
}

fn cases(table: &str) -> Vec<Case> {
    let key = |sk: &str| json!({ "pk": { "S": "p" }, "sk": { "S": sk } });
    // The names and the keys' values are counted with what is in the item: `pk` `p` `sk` `a` `x`.
    let item = |sk: &str, bytes: usize| {
        let mut item = key(sk);
        item["x"] = json!({ "S": "x".repeat(bytes - 7) });
        item
    };
    let listed = |sk: &str| {
        let mut item = item(sk, 2_000);
        item["list"] = json!({ "S": "l" });
        item
    };
    let put = |item: Value| json!({ "TableName": table, "Item": item });
    let get = |sk: &str, consistent: bool| json!({ "TableName": table, "Key": key(sk), "ConsistentRead": consistent });
    let query = |index: Option<&str>, attribute: &str, value: &str, consistent: bool| {
        let mut query = json!({
            "TableName": table,
            "KeyConditionExpression": "#a = :v",
            "ExpressionAttributeNames": { "#a": attribute },
            "ExpressionAttributeValues": { ":v": { "S": value } },
            "ConsistentRead": consistent,
        });
        if let Some(index) = index {
            query["IndexName"] = json!(index);
        }
        query
    };
    let case = |name, operation, call, units| Case {
        name,
        operation,
        call,
        units,
    };
    let transaction = json!({ "TransactItems": [
        { "Put": { "TableName": table, "Item": item("d", 500) } },
        { "Put": { "TableName": table, "Item": item("e", 1_025) } },
        { "ConditionCheck": {
            "TableName": table, "Key": key("a"), "ConditionExpression": "attribute_exists(pk)",
        } },
    ] });
    vec![
        case("a write of 1 KB", "PutItem", put(item("a", 1_024)), 1.0),
        case(
            "a write of a byte more",
            "PutItem",
            put(item("b", 1_025)),
            2.0,
        ),
        case("a write of 9 KB", "PutItem", put(item("c", 9_000)), 9.0),
        case("a read of 1 KB", "GetItem", get("a", false), 0.5),
        case("a consistent read of 1 KB", "GetItem", get("a", true), 1.0),
        case("a consistent read of 9 KB", "GetItem", get("c", true), 3.0),
        case("a read of 9 KB", "GetItem", get("c", false), 1.5),
        case(
            "a consistent read of nothing",
            "GetItem",
            get("~", true),
            1.0,
        ),
        // 11,049 bytes together: three times 4 KB.
        case("a query", "Query", query(None, "pk", "p", false), 1.5),
        case(
            "a consistent query",
            "Query",
            query(None, "pk", "p", true),
            3.0,
        ),
        case(
            "a query that finds nothing",
            "Query",
            query(None, "pk", "q", false),
            0.5,
        ),
        case(
            "three reads by key in a batch",
            "BatchGetItem",
            json!({ "RequestItems": { table: {
                "Keys": [key("a"), key("b"), key("c")], "ConsistentRead": true,
            } } }),
            5.0,
        ),
        // Two KB at 2, one KB of the index.
        case(
            "a write that an index shows",
            "PutItem",
            put(listed("f")),
            3.0,
        ),
        case(
            "a query of an index",
            "Query",
            query(Some("index"), "list", "l", false),
            0.5,
        ),
        // (1 + 2 for the writes, 1 for the check) doubled.
        case("a transaction", "TransactWriteItems", transaction, 8.0),
        case(
            "an overwrite by something smaller",
            "PutItem",
            put(item("c", 100)),
            9.0,
        ),
        case(
            "a deletion of 1 KB and a byte",
            "DeleteItem",
            json!({ "TableName": table, "Key": key("b") }),
            2.0,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_summed_over_tables_and_told_apart_by_the_operation() {
        let one = json!({ "TableName": "a", "CapacityUnits": 1.5 });
        let two = json!([one, { "TableName": "b", "CapacityUnits": 2.0 }]);
        let read = |read| Units { read, write: 0.0 };
        let write = |write| Units { read: 0.0, write };
        for (operation, said, expected) in [
            ("GetItem", Some(&one), read(1.5)),
            ("BatchGetItem", Some(&two), read(3.5)),
            ("Query", None, read(0.0)),
            ("PutItem", Some(&one), write(1.5)),
            ("TransactWriteItems", Some(&two), write(3.5)),
        ] {
            assert_eq!(consumed(operation, said), expected, "{operation}");
        }
        let sum: Units = [read(1.0), write(2.0), read(0.5)].into_iter().sum();
        assert_eq!(
            sum,
            Units {
                read: 1.5,
                write: 2.0
            }
        );
    }
}
