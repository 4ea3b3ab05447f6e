//! The limit: a function that reads one product by its id, and does nothing else.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::{Client, Config};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Map, Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
        None,
        None,
        "environment",
    );
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(variable("AWS_REGION")?))
        .credentials_provider(credentials)
        .endpoint_url(variable("AWS_ENDPOINT_URL_DYNAMODB")?)
        .build();
    let client = Client::from_conf(config);
    let table = variable("PRODUCTS_TABLE")?;
    let (client, table) = (&client, &table);
    run(service_fn(move |event: LambdaEvent<Value>| async move {
        let id = event.payload["pathParameters"]["id"]
            .as_str()
            .unwrap_or_default();
        let answer = client
            .get_item()
            .table_name(table)
            .key("pk", AttributeValue::S(format!("product#{id}")))
            .key("sk", AttributeValue::S("product".to_owned()))
            .consistent_read(true)
            .send()
            .await?;
        let Some(item) = answer.item else {
            return Ok(json!({ "statusCode": 404, "body": "{}" }));
        };
        let product: Map<String, Value> = item
            .into_iter()
            .map(|(name, value)| (name, plain(value)))
            .collect();
        Ok::<_, Error>(json!({
            "statusCode": 200,
            "headers": { "content-type": "application/json" },
            "body": json!({ "success": true, "data": product }).to_string(),
        }))
    }))
    .await
}

fn plain(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => json!(number.parse::<f64>().ok()),
        AttributeValue::Bool(is) => json!(is),
        AttributeValue::L(list) => list.into_iter().map(plain).collect(),
        AttributeValue::M(map) => map
            .into_iter()
            .map(|(name, value)| (name, plain(value)))
            .collect::<Map<_, _>>()
            .into(),
        _ => Value::Null,
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "this is no function of the shop: it has no configuration to name"
)]
fn variable(name: &str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}
