//! Files: in either form, with the request or uploaded before it.

use serde_json::json;
use testkit::unique;

use super::{figures, finished, import, lines, shelf, some_rows};
use crate::products::{Catalogue, text};

#[test]
fn a_csv_file_is_read_with_quotes_line_breaks_and_a_byte_order_mark() {
    let catalogue = Catalogue::new();
    let (a, b) = (unique("CSV"), unique("CSV"));
    let file = format!(
        "\u{feff}sku,name,price,categoryId,tags,description,attr.Volume,attr.Cordless,gtins\r\n\
         {a},\"Kettle, \"\"large\"\"\",19.90,{shelf},kitchen|steel,\"Two\nlines\",1.7,true,4006381333931\r\n\
         {b},Jug,5,{shelf},,,,,\r\n",
        shelf = catalogue.category,
    );
    for (media, outcome) in [
        ("text/csv", [2, 2, 0, 0]),
        ("text/csv; charset=utf-8", [2, 0, 2, 0]),
    ] {
        let job = import(&catalogue.staff, media, file.clone())
            .expect(202)
            .data();
        let job = finished(&catalogue.staff, &job);
        assert_eq!(
            (job["status"].as_str(), figures(&job)),
            (Some("completed"), outcome),
            "{job}"
        );
    }
    let kettle = shelf(&catalogue)
        .into_iter()
        .find(|product| product["sku"] == a.as_str())
        .unwrap();
    assert_eq!(kettle["name"], "Kettle, \"large\"");
    assert_eq!(kettle["description"], "Two\nlines");
    assert_eq!(kettle["tags"], json!(["kitchen", "steel"]));
    assert_eq!(
        kettle["attributes"],
        json!({ "Cordless": true, "Volume": 1.7 })
    );
    assert_eq!(kettle["gtins"], json!(["4006381333931"]));
}

#[test]
fn a_file_without_known_columns_fails_as_a_whole_and_says_why() {
    let catalogue = Catalogue::new();
    let job = import(&catalogue.staff, "text/csv", "colour;size\nred;1\n")
        .expect(202)
        .data();
    let job = finished(&catalogue.staff, &job);
    assert_eq!(job["status"], "failed", "{job}");
    assert!(!job["errors"].as_array().unwrap().is_empty(), "{job}");
    assert_eq!(job["created"], 0);
}

#[test]
fn a_file_that_is_empty_too_large_or_of_another_kind_is_refused_at_once() {
    let catalogue = Catalogue::new();
    import(&catalogue.staff, "application/x-ndjson", "").expect(422);
    import(&catalogue.staff, "application/x-ndjson", " \n\n").expect(422);
    import(&catalogue.staff, "application/xml", "<products/>")
        .refuse(415, "unsupported_media_type");
    import(&catalogue.staff, "text/plain", "sku,name").refuse(415, "unsupported_media_type");
    let row = format!(
        "{{\"sku\":\"{}\",\"description\":\"{}\"}}\n",
        unique("BIG"),
        "x".repeat(60_000)
    );
    let file = row.repeat(4 * 1024 * 1024 / row.len() + 1);
    import(&catalogue.staff, "application/x-ndjson", file).refuse(413, "body_too_large");
}

#[test]
fn a_file_that_was_uploaded_is_imported_by_its_name() {
    let catalogue = Catalogue::new();
    let file = lines(&some_rows(&catalogue, 120));
    let wanted = json!({ "contentType": "application/x-ndjson", "size": file.len() });
    let slot = catalogue
        .staff
        .post("/api/v1/products/import/uploads", &wanted)
        .expect(201)
        .data();
    let upload = &slot["upload"];
    let send = |body: String| {
        let mut ask = catalogue
            .staff
            .anonymous()
            .ask(&text(upload, "method"), &text(upload, "url"));
        for (name, value) in upload["headers"].as_object().unwrap() {
            let name_ours = matches!(name.as_str(), "content-length" | "host" | "content-type");
            if !name_ours {
                ask = ask.header(name, value.as_str().unwrap());
            }
        }
        let media = upload["headers"]["content-type"]
            .as_str()
            .unwrap_or("application/x-ndjson")
            .to_owned();
        ask.text(&media, body).send()
    };
    // Not there yet.
    let body = json!({ "uploadId": slot["uploadId"] });
    let early = catalogue
        .staff
        .post("/api/v1/products/import", &body)
        .expect(422);
    assert_eq!(early.pointers(), ["/uploadId"], "{early}");
    let sent = send(file.clone());
    assert!(matches!(sent.status, 200 | 204), "{sent}");
    let job = catalogue
        .staff
        .post("/api/v1/products/import", &body)
        .expect(202)
        .data();
    let job = finished(&catalogue.staff, &job);
    assert_eq!(
        (job["status"].as_str(), figures(&job)),
        (Some("completed"), [120, 120, 0, 0]),
        "{job}"
    );

    let unknown = json!({ "uploadId": "upl_00000000000000000000000000" });
    assert_eq!(
        catalogue
            .staff
            .post("/api/v1/products/import", &unknown)
            .expect(422)
            .pointers(),
        ["/uploadId"]
    );
    let odd = json!({ "contentType": "image/png" });
    assert_eq!(
        catalogue
            .staff
            .post("/api/v1/products/import/uploads", &odd)
            .expect(422)
            .pointers(),
        ["/contentType"]
    );
}

#[test]
fn an_import_that_is_not_there_is_404() {
    let staff = Catalogue::new().staff;
    staff
        .get("/api/v1/products/import/imp_00000000000000000000000000")
        .refuse(404, "not_found");
    staff
        .get("/api/v1/products/import/nonsense")
        .refuse(404, "not_found");
}
