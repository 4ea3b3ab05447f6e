//! `productCount`: exact after the events have gone their way, however often, in whatever order
//! and in whatever company they come.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Account, BY_QUEUE, Stage, all_at_once, eventually, unique};

use super::categories::shown;
use super::{Catalogue, category, path, text};

/// Waits until a category shows so many products.
#[track_caller]
fn wait_for(catalogue: &Catalogue, id: &str, count: u64) {
    let mut last = Value::Null;
    eventually(&format!("{id} counts {count} products"), BY_QUEUE, || {
        last = shown(&catalogue.staff, id)?["productCount"].clone();
        (last == count).then_some(())
    });
}

#[test]
fn a_category_counts_the_active_products_in_it_and_below_it() {
    let catalogue = Catalogue::new();
    let below = category(
        &catalogue.staff,
        &unique("Below"),
        Some(&catalogue.category),
    );
    let other = category(&catalogue.staff, &unique("Other"), None);
    let products: Vec<Value> =
        all_at_once(8, |number| catalogue.product(&format!("Counted {number}")));
    catalogue.product_with("Draft", json!({ "status": "draft" }));
    catalogue.product_with("Deeper", json!({ "categoryId": below }));
    wait_for(&catalogue, &catalogue.category, 9);
    wait_for(&catalogue, &below, 1);

    // Moved, hidden, archived, changed, and back: all at once, each its own way.
    let changes = [
        json!({ "categoryId": other }),
        json!({ "status": "draft" }),
        json!({ "name": "Renamed" }),
        json!({ "categoryId": below }),
    ];
    let replies = all_at_once(changes.len(), |n| {
        catalogue.staff.put(&path(&products[n]), &changes[n])
    });
    for reply in replies {
        reply.expect(200);
    }
    catalogue.staff.delete(&path(&products[4])).expect(204);
    wait_for(&catalogue, &catalogue.category, 6);
    wait_for(&catalogue, &below, 2);
    wait_for(&catalogue, &other, 1);
    for change in [
        json!({ "status": "active" }),
        json!({ "status": "draft" }),
        json!({ "status": "active" }),
    ] {
        catalogue
            .staff
            .put(&path(&products[1]), &change)
            .expect(200);
    }
    wait_for(&catalogue, &catalogue.category, 7);

    // A move of the category below moves its count, at once.
    let move_it = json!({ "parentId": other });
    catalogue
        .staff
        .put(&format!("/api/v1/categories/{below}"), &move_it)
        .expect(200);
    wait_for(&catalogue, &catalogue.category, 5);
    wait_for(&catalogue, &other, 3);
}

/// An event as its queue holds it.
fn envelope(
    kind: &str,
    catalogue: &Catalogue,
    product: &str,
    version: u64,
    status: &str,
    was: Option<&str>,
) -> Value {
    let mut data = json!({ "product": {
        "id": product, "version": version, "sku": "X-1", "slug": "x-1", "name": "X",
        "categoryId": catalogue.category, "price": { "minor": 100, "currency": "USD" }, "status": status,
    }});
    if let Some(was) = was {
        data["previous"] = json!({
            "categoryId": catalogue.category, "status": was, "price": { "minor": 100, "currency": "USD" },
        });
    }
    let id = uuid::Uuid::now_v7();
    json!({
        "id": kernel::EventId::from_uuid(id).to_string(), "type": format!("products.product-{kind}.v1"),
        "source": "products", "occurredAt": "2026-01-31T09:05:07.042Z", "data": data,
    })
}

fn product_id() -> String {
    kernel::ProductId::from_uuid(uuid::Uuid::now_v7()).to_string()
}

fn consumer() -> (Account, String) {
    let stage = Stage::from_env();
    (
        stage.account(),
        stage.function("products-on-product-changed"),
    )
}

#[test]
fn events_that_come_three_times_in_a_hundred_shuffled_orders_count_once() {
    let catalogue = Catalogue::new();
    let (account, function) = consumer();
    let mut events = Vec::new();
    for _ in 0..5 {
        let id = product_id();
        events.push(envelope("created", &catalogue, &id, 1, "active", None));
        events.push(envelope(
            "changed",
            &catalogue,
            &id,
            2,
            "draft",
            Some("active"),
        ));
        events.push(envelope(
            "changed",
            &catalogue,
            &id,
            3,
            "active",
            Some("draft"),
        ));
    }
    // One that ends archived, and one that was never active.
    let gone = product_id();
    events.push(envelope("created", &catalogue, &gone, 1, "active", None));
    events.push(envelope(
        "archived",
        &catalogue,
        &gone,
        2,
        "archived",
        Some("active"),
    ));
    events.push(envelope(
        "created",
        &catalogue,
        &product_id(),
        1,
        "draft",
        None,
    ));
    let mut all: Vec<String> = Vec::new();
    for _ in 0..3 {
        all.extend(events.iter().map(Value::to_string));
    }
    // Shuffled the same way each time, so that a failure can be tried again.
    let mut seed = 88_172_645_463_325_252_u64;
    for round in 0..100 {
        for at in (1..all.len()).rev() {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            all.swap(at, usize::try_from(seed % (at as u64 + 1)).unwrap());
        }
        // Ten rounds go to the function; the others only mix further.
        if round % 10 == 0 {
            for part in all.chunks(10) {
                assert_eq!(account.deliver(&function, part), [0; 0]);
            }
            // After every round, for what is heard too late must not matter for a moment either.
            wait_for(&catalogue, &catalogue.category, 5);
        }
    }
}

#[test]
fn the_bad_of_ten_fail_alone() {
    let catalogue = Catalogue::new();
    let (account, function) = consumer();
    let good: Vec<String> = (0..6)
        .map(|_| envelope("created", &catalogue, &product_id(), 1, "active", None).to_string())
        .collect();
    let mut unheard = envelope("created", &catalogue, &product_id(), 1, "active", None);
    unheard["type"] = json!("orders.order-placed.v1");
    let mut torn = envelope("created", &catalogue, &product_id(), 1, "active", None);
    torn["data"]["product"]
        .as_object_mut()
        .unwrap()
        .remove("categoryId");
    let bodies = [
        good[0].clone(),
        "not JSON".to_owned(),
        good[1].clone(),
        unheard.to_string(),
        good[2].clone(),
        torn.to_string(),
        good[3].clone(),
        "{}".to_owned(),
        good[4].clone(),
        good[5].clone(),
    ];
    assert_eq!(account.deliver(&function, &bodies), [1, 3, 5, 7]);
    wait_for(&catalogue, &catalogue.category, 6);
}

#[test]
fn one_product_changed_from_many_sides_at_once_is_counted_once() {
    let catalogue = Catalogue::new();
    let (account, function) = consumer();
    let id = product_id();
    let events: Vec<String> = (1..=12)
        .map(|version| {
            let status = if version % 2 == 1 { "draft" } else { "active" };
            envelope(
                if version == 1 { "created" } else { "changed" },
                &catalogue,
                &id,
                version,
                status,
                (version > 1).then_some("draft"),
            )
            .to_string()
        })
        .collect();
    let answers = all_at_once(4, |number| {
        let part: Vec<String> = events.iter().skip(number).step_by(4).cloned().collect();
        account.deliver(&function, &part)
    });
    for failed in answers {
        assert_eq!(failed, [0; 0]);
    }
    wait_for(&catalogue, &catalogue.category, 1);
}

#[test]
fn a_poisoned_message_ends_in_the_dead_letter_queue_and_holds_nobody_up() {
    let catalogue = Catalogue::new();
    let (account, function) = consumer();
    let stage = Stage::from_env();
    let queue = account.queue_url(&stage.physical("products-on-product-changed"));
    let attributes = account
        .sqs(
            "GetQueueAttributes",
            &json!({ "QueueUrl": queue, "AttributeNames": ["All"] }),
        )
        .expect(200)
        .json();
    let policy: Value =
        serde_json::from_str(attributes["Attributes"]["RedrivePolicy"].as_str().unwrap()).unwrap();
    assert_eq!(
        policy["maxReceiveCount"].to_string().trim_matches('"'),
        "5",
        "{attributes}"
    );
    let timeout = account.configuration(&function)["Timeout"]
        .as_u64()
        .unwrap();
    let visibility: u64 = attributes["Attributes"]["VisibilityTimeout"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        visibility >= 6 * timeout,
        "a message must stay hidden for six times the function's time"
    );
    let letters = text(&policy, "deadLetterTargetArn");
    let letters = account.queue_url(letters.rsplit(':').next().unwrap());

    // Five tries of three minutes are too long for a test, so the messages come back sooner.
    let set = |seconds: u64| {
        let change = json!({ "QueueUrl": queue, "Attributes": { "VisibilityTimeout": seconds.to_string() } });
        account.sqs("SetQueueAttributes", &change).expect(200);
    };
    set(3);
    let poison = unique("poison");
    let send = |body: &str| {
        account
            .sqs(
                "SendMessage",
                &json!({ "QueueUrl": queue, "MessageBody": body }),
            )
            .expect(200);
    };
    send(&poison);
    for _ in 0..3 {
        send(&envelope("created", &catalogue, &product_id(), 1, "active", None).to_string());
    }
    wait_for(&catalogue, &catalogue.category, 3);
    let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        eventually(
            "the poison in the dead-letter queue",
            Duration::from_secs(120),
            || {
                let take = json!({ "QueueUrl": letters, "MaxNumberOfMessages": 10, "VisibilityTimeout": 1 });
                let letters = account.sqs("ReceiveMessage", &take).expect(200).json();
                let letters = letters["Messages"].as_array().cloned().unwrap_or_default();
                letters
                    .iter()
                    .any(|letter| letter["Body"] == poison.as_str())
                    .then_some(())
            },
        );
    }));
    set(visibility);
    if let Err(panic) = found {
        std::panic::resume_unwind(panic);
    }
}
