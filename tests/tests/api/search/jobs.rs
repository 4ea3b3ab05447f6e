//! `POST /api/v1/search/index`, and the jobs that it asks for.

use std::io::{Read, Write};
use std::net::TcpListener;

use kernel::{OperationId, Role, Timestamp};
use search::api::{GetJob, IndexProducts};
use search::job::Job;
use search::store::Written;
use search::{Rebuilds, Search};
use serde_json::{Value, json};
use testkit::{Reply, redacted};

use super::Bench;

/// Asks for a rebuild.
pub async fn begin(bench: &Bench, operation: OperationId, at: Timestamp) -> Job {
    let table = bench
        .shop
        .aws()
        .table(&manifest::resources::SEARCH)
        .unwrap();
    let store = search::store::Store::new(table);
    let id = kernel::JobId::derive(&operation.to_string(), "job");
    let job = Job::rebuild(id, at);
    let answered = aws::Answered::silent(operation);
    let written = Written::unasked(at);
    let begun = store.begin_rebuild(&job, &answered, &written).await;
    begun.unwrap().job()
}

fn ask(bench: &Bench, rebuilds: &Rebuilds, body: &Value) -> Reply {
    let staff = bench.shop.signer().token(Role::Manager);
    let request = bench
        .shop
        .request::<IndexProducts>(&[], "", Some(&staff), Some(body));
    bench.shop.call::<IndexProducts>(rebuilds, request)
}

fn show(bench: &Bench, id: &str) -> Reply {
    let staff = bench.shop.signer().token(Role::Manager);
    let search: Search = bench.shop.start();
    let request = bench
        .shop
        .request::<GetJob>(&[("id", id)], "", Some(&staff), None);
    bench.shop.call::<GetJob>(&search, request)
}

#[test]
fn a_job_is_answered_with_where_to_look_and_tells_how_it_went() {
    let (bench, ids) = Bench::built(&["Lamp", "Chair"]);
    let rebuilds: Rebuilds = bench.shop.start();
    let stranger = kernel::ProductId::derive("", "no product");
    bench.change(ids[0], &json!({ "price": 5 }));
    let body = json!({ "productIds": [ids[0], stranger, ids[0]] });
    let asked = ask(&bench, &rebuilds, &body).expect(202);
    let id = asked.data()["id"].as_str().unwrap().to_owned();
    let location = asked.header("location").unwrap();
    assert!(location.ends_with(&format!("/api/v1/search/index/jobs/{id}")));
    assert_eq!(asked.data()["status"], "queued");

    bench.work_off(id.parse().unwrap(), super::now());
    insta::assert_json_snapshot!(redacted(&show(&bench, &id).expect(200).data()), @r#"
    {
      "id": "[job id 1]",
      "kind": "products",
      "status": "completed",
      "total": 2,
      "indexed": 1,
      "removed": 0,
      "failed": 1,
      "createdAt": "[time]",
      "updatedAt": "[time]"
    }
    "#);
    assert_eq!(bench.versions()[&ids[0]], 2);
}

#[test]
fn a_rebuild_is_asked_for_without_ids_and_joined_by_whoever_asks_next() {
    let (bench, _) = Bench::built(&["Lamp"]);
    let rebuilds: Rebuilds = bench.shop.start();
    let first = ask(&bench, &rebuilds, &json!({})).expect(202).data();
    let second = ask(&bench, &rebuilds, &json!({})).expect(202).data();
    assert_eq!(
        (&first["kind"], &first["id"]),
        (&json!("rebuild"), &second["id"])
    );
}

#[test]
fn what_is_not_ids_of_products_is_refused_and_unknown_jobs_are_not_there() {
    let bench = Bench::open();
    let rebuilds: Rebuilds = bench.shop.start();
    let many: Vec<_> = (0..1_001)
        .map(|n| kernel::ProductId::derive("", &n.to_string()))
        .collect();
    for (body, pointer) in [
        (json!({ "productIds": [] }), "/productIds"),
        (json!({ "productIds": many }), "/productIds"),
        (json!({ "productIds": ["lamp"] }), "/productIds/0"),
        (json!({ "all": true }), "/all"),
    ] {
        let refused = ask(&bench, &rebuilds, &body).expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{refused}");
    }
    for id in [
        kernel::JobId::derive("", "none").to_string(),
        "lamp".to_owned(),
    ] {
        assert_eq!(show(&bench, &id).status, 404, "{id}");
    }
}

/// What describes the domain as AWS would; the local cloud's domains are never at work or full.
fn describing(body: &Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let body = body.to_string();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut asked = [0; 8192];
            let _ = client.read(&mut asked);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let _ = write!(
                client,
                "{head}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

#[test]
fn a_domain_that_is_being_changed_or_has_no_room_is_not_rebuilt_in() {
    let (bench, _) = Bench::built(&["Lamp"]);
    let domain = |processing: bool, gib: u64| {
        json!({ "DomainStatus": {
            "DomainId": "1/search", "DomainName": "search", "ARN": "arn:aws:es:eu-central-1:1:domain/search",
            "Processing": processing,
            "ClusterConfig": { "InstanceCount": 2 },
            "EBSOptions": { "EBSEnabled": true, "VolumeSize": gib },
        }})
    };
    for (domain, status, code) in [
        (domain(true, 10), 409, "search_domain_processing"),
        (domain(false, 0), 409, "search_domain_full"),
        (domain(false, 10), 202, ""),
    ] {
        let described = describing(&domain);
        let variables = [("AWS_ENDPOINT_URL_OPENSEARCH", described.as_str())];
        let rebuilds: Rebuilds = bench.shop.start_with(&variables);
        let reply = ask(&bench, &rebuilds, &json!({}));
        assert_eq!(reply.status, status, "{reply}");
        if status == 409 {
            assert_eq!(reply.code(), code, "{reply}");
        }
    }
}
