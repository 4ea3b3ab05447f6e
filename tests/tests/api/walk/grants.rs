//! Least privilege: a function can do what its row grants, and nothing else.

use manifest::{Grant, functions, grants_of};
use serde_json::{Value, json};
use testkit::{Account, Reply, Stage, unique};

fn denied(reply: &Reply) -> bool {
    let text = reply.text();
    matches!(reply.status, 400 | 403)
        && (text.contains("AccessDenied") || text.contains("not authorized"))
}

/// The role of a deployed function.
fn role_of(account: &Account, function: &str) -> String {
    let arn = account.configuration(function)["Role"]
        .as_str()
        .unwrap()
        .to_owned();
    arn.rsplit('/').next().unwrap().to_owned()
}

fn item(id: &str) -> Value {
    json!({ "pk": { "S": id }, "sk": { "S": "test" } })
}

#[test]
fn every_function_reads_and_writes_the_tables_of_its_row_and_no_others() {
    let stage = Stage::from_env();
    let owner = stage.account();
    let mut wrong = Vec::new();
    for function in functions() {
        let role = role_of(&owner, &stage.function(function.name));
        let acting = owner.impersonate(&role, &unique("as"));
        for table in manifest::resources::TABLES {
            let name = stage.physical(table.name);
            let grants = grants_of(function.name);
            let writes = grants
                .iter()
                .any(|grant| matches!(grant, Grant::Writes(of) if of.name == table.name));
            let reads = writes
                || grants
                    .iter()
                    .any(|grant| matches!(grant, Grant::Reads(of) if of.name == table.name));
            let key = item(&unique("grants"));
            let get = acting.dynamodb("GetItem", &json!({ "TableName": name, "Key": key }));
            let put = acting.dynamodb("PutItem", &json!({ "TableName": name, "Item": key }));
            let delete = acting.dynamodb("DeleteItem", &json!({ "TableName": name, "Key": key }));
            let scan = acting.dynamodb("Scan", &json!({ "TableName": name, "Limit": 1 }));
            for (what, reply, may) in [
                ("read", get, reads),
                ("write", put, writes),
                ("delete", delete, writes),
                ("scan", scan, false),
            ] {
                if (reply.status == 200) != may || (!may && !denied(&reply)) {
                    wrong.push(format!(
                        "{} may {what} {name}: {may}, but {reply}",
                        function.name
                    ));
                }
            }
        }
        let drop = acting.dynamodb(
            "DeleteTable",
            &json!({ "TableName": stage.physical("products") }),
        );
        if !denied(&drop) {
            wrong.push(format!("{} deletes tables: {drop}", function.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn who_checks_tokens_reads_keys_and_versions_and_who_ends_them_writes_versions_alone() {
    let stage = Stage::from_env();
    let owner = stage.account();
    let table = stage.physical(manifest::resources::PLATFORM.name);
    let mut wrong = Vec::new();
    for function in functions() {
        let grants = grants_of(function.name);
        let is_of_platform = |of: &manifest::Table| of.name == manifest::resources::PLATFORM.name;
        let reads_all = grants
            .iter()
            .any(|grant| matches!(grant, Grant::Reads(of) if is_of_platform(of)));
        let ends = grants
            .iter()
            .any(|grant| matches!(grant, Grant::WritesUnder(of, _) if is_of_platform(of)));
        let checks =
            matches!(function.trigger, manifest::Trigger::Http(route) if route.admits_tokens());
        let role = role_of(&owner, &stage.function(function.name));
        let acting = owner.impersonate(&role, &unique("as"));
        let version = format!("{}{}", manifest::resources::TOKEN_VERSIONS, unique("user"));
        for (partition, reads, writes) in [
            (manifest::resources::PUBLIC_KEYS, checks || reads_all, false),
            (&*version, checks || ends || reads_all, ends),
            (&*unique("other"), reads_all, false),
        ] {
            let key = item(partition);
            let get = acting.dynamodb("GetItem", &json!({ "TableName": table, "Key": key }));
            let put = acting.dynamodb("PutItem", &json!({ "TableName": table, "Item": key }));
            for (what, reply, may) in [("reads", get, reads), ("writes", put, writes)] {
                if (reply.status == 200) != may || (!may && !denied(&reply)) {
                    let name = function.name;
                    wrong.push(format!("{name} {what} {partition}: {may}, but {reply}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mails_are_sent_by_who_may_and_from_the_stages_sender_alone() {
    let stage = Stage::from_env();
    let owner = stage.account();
    let sender = owner
        .variables(&stage.function("auth-on-mail-due"))
        .into_iter()
        .find(|(name, _)| name == manifest::settings::MAIL_SENDER.env)
        .unwrap()
        .1;
    for function in functions() {
        let role = role_of(&owner, &stage.function(function.name));
        let acting = owner.impersonate(&role, &unique("as"));
        let may = grants_of(function.name).contains(&Grant::Mails);
        for (from, may) in [(&*sender, may), ("other@example.test", false)] {
            let reply = acting.query(
                "ses",
                "2010-12-01",
                "SendEmail",
                &[
                    ("Source", from),
                    ("Destination.ToAddresses.member.1", "grants@example.test"),
                    ("Message.Subject.Data", "x"),
                    ("Message.Body.Text.Data", "x"),
                ],
            );
            assert!(
                if may {
                    reply.status == 200
                } else {
                    denied(&reply)
                },
                "{} mails as {from}: {reply}",
                function.name
            );
        }
    }
}

#[test]
fn a_secret_is_read_by_those_it_is_granted_to_alone() {
    let stage = Stage::from_env();
    let owner = stage.account();
    for secret in manifest::resources::SECRETS {
        let name = stage.physical(secret.name);
        let read = |account: &Account| {
            account.json(
                "secretsmanager",
                "secretsmanager.GetSecretValue",
                &json!({ "SecretId": name }),
            )
        };
        read(&owner).expect(200);
        for function in functions() {
            let granted = grants_of(function.name)
                .iter()
                .any(|grant| matches!(grant, Grant::Reveals(of) if of.name == secret.name));
            let role = role_of(&owner, &stage.function(function.name));
            let reply = read(&owner.impersonate(&role, &unique("as")));
            assert!(
                if granted {
                    reply.status == 200
                } else {
                    denied(&reply)
                },
                "{} reads {name}: {reply}",
                function.name
            );
        }
    }
}

#[test]
fn files_are_read_and_written_under_the_prefixes_of_the_row() {
    let stage = Stage::from_env();
    let owner = stage.account();
    let variables = owner.variables(&stage.function("products-import"));
    let bucket = variables
        .iter()
        .find(|(name, _)| name == "TRANSFERS_BUCKET")
        .unwrap()
        .1
        .clone();
    for name in [
        "products-import",
        "products-import-upload",
        "products-export",
        "products-on-import-chunk",
        "products-list",
    ] {
        let role = role_of(&owner, &stage.function(name));
        let acting = owner.impersonate(&role, &unique("as"));
        for prefix in ["imports/", "exports/", "other/"] {
            let may = |wanted: fn(&Grant) -> Option<&'static str>| {
                grants_of(name)
                    .iter()
                    .filter_map(wanted)
                    .any(|granted| granted == prefix)
            };
            let puts = may(|grant| {
                if let Grant::Puts(_, prefix) = grant {
                    Some(prefix)
                } else {
                    None
                }
            });
            let gets = may(|grant| {
                if let Grant::Gets(_, prefix) = grant {
                    Some(prefix)
                } else {
                    None
                }
            });
            let path = format!("/{bucket}/{prefix}{}", unique("file"));
            owner.call("s3", "PUT", &path, &[], b"x").expect(200);
            let get = acting.call("s3", "GET", &path, &[], b"");
            assert_eq!(get.status == 200, gets, "{name} reads {path}: {get}");
            let put = acting.call("s3", "PUT", &path, &[], b"y");
            assert_eq!(put.status == 200, puts, "{name} writes {path}: {put}");
        }
    }
}

#[test]
fn a_function_that_oversteps_its_row_fails() {
    // The process of a reader, told to take the writers' place: its own role stops it.
    let stage = Stage::from_env();
    let owner = stage.account();
    let role = role_of(&owner, &stage.function("products-list"));
    let acting = owner.impersonate(&role, &unique("as"));
    let product = item(&unique("product"));
    let table = stage.physical("products");
    let transaction =
        json!({ "TransactItems": [{ "Put": { "TableName": table, "Item": product } }] });
    let reply = acting.dynamodb("TransactWriteItems", &transaction);
    assert!(denied(&reply), "{reply}");
    let batch = json!({ "RequestItems": { table: [{ "PutRequest": { "Item": product } }] } });
    let reply = acting.dynamodb("BatchWriteItem", &batch);
    assert!(denied(&reply), "{reply}");
    let queue = owner.queue_url(&stage.physical("products-on-import-chunk"));
    let reply = acting.sqs(
        "SendMessage",
        &json!({ "QueueUrl": queue, "MessageBody": "{}" }),
    );
    assert!(denied(&reply), "{reply}");
}
