//! Exports: what goes out comes in again, and changes nothing.

use serde_json::{Value, json};
use testkit::{Api, Reply};

use super::{figures, finished, import, shelf};
use crate::products::Catalogue;

/// An export, fetched from wherever it is.
fn export(staff: &Api, query: &str) -> Reply {
    let reply = staff.get(&format!("/api/v1/products/export?{query}"));
    if reply.status == 302 {
        return staff
            .anonymous()
            .get(reply.header("location").unwrap())
            .expect(200);
    }
    reply.expect(200)
}

/// Products that try the format: quotes, separators, lists, variants, odd attributes.
fn stock(catalogue: &Catalogue) {
    catalogue.product_with("Plain", json!({}));
    catalogue.product_with("Quoted \"name\", with | and ; and 'more'", json!({
        "description": "Two\r\nlines, \"quoted\"", "tags": ["a|b", "[c]", " d", "plain"], "brand": "Brewer & Söhne",
        "attributes": { "Volume": 1.7, "Code": "42", "Flag": true, "True": "true", "Odd \"name\"": "x,y" },
        "compareAtPrice": "25.00", "weightGrams": 950, "images": ["https://images.example/a.jpg"],
    }));
    catalogue.product_with("Shirt", json!({
        "options": [{ "name": "Size", "values": ["S", "M"] }],
        "variants": [{ "options": { "Size": "S" } }, { "options": { "Size": "M" }, "price": "21.50" }],
    }));
    catalogue.product_with("Dinar", json!({ "currency": "KWD", "price": "1.234" }));
}

#[test]
fn an_export_imported_again_changes_nothing_in_either_form() {
    let catalogue = Catalogue::new();
    stock(&catalogue);
    let before = shelf(&catalogue);
    for (format, media) in [("ndjson", "application/x-ndjson"), ("csv", "text/csv")] {
        let file = export(&catalogue.staff, &format!("format={format}&status=active"));
        assert!(
            file.header("content-type")
                .is_some_and(|told| told.starts_with(media)),
            "{:?}",
            file.headers
        );
        // Ours alone: others export and import too.
        let file = only_ours(&file.text(), format, &catalogue.category);
        let job = import(&catalogue.staff, media, file).expect(202).data();
        let job = finished(&catalogue.staff, &job);
        assert_eq!(figures(&job), [4, 0, 4, 0], "{format}: {job}");
        assert_eq!(shelf(&catalogue), before, "{format}");
    }
}

/// The rows of a category, with the header of a CSV file.
fn only_ours(file: &str, format: &str, category: &str) -> String {
    if format == "ndjson" {
        return file
            .lines()
            .filter(|line| line.contains(category))
            .map(|line| format!("{line}\n"))
            .collect();
    }
    let mut rows = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, letter) in file.char_indices() {
        quoted ^= letter == '"';
        if letter == '\n' && !quoted {
            rows.push(&file[start..=at]);
            start = at + 1;
        }
    }
    let ours = rows
        .iter()
        .enumerate()
        .filter(|(number, row)| *number == 0 || row.contains(category));
    ours.map(|(_, row)| *row).collect()
}

#[test]
fn an_export_has_one_line_a_product_of_every_status_that_is_asked_for() {
    let catalogue = Catalogue::new();
    let active = catalogue.product("Active");
    let draft = catalogue.product_with("Draft", json!({ "status": "draft" }));
    let of_status = |query: &str| -> Vec<Value> {
        let file = export(&catalogue.staff, query).text();
        let rows = file
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.filter(|row| row["categoryId"] == catalogue.category.as_str())
            .map(|row| row["sku"].clone())
            .collect()
    };
    assert_eq!(of_status("status=active"), [active["sku"].clone()]);
    assert_eq!(of_status("status=draft"), [draft["sku"].clone()]);
    assert_eq!(of_status("").len(), 2);
    let accept = catalogue
        .staff
        .ask("GET", "/api/v1/products/export?status=draft")
        .header("accept", "text/csv")
        .send();
    if accept.status == 200 {
        assert!(
            accept
                .header("content-type")
                .is_some_and(|media| media.starts_with("text/csv")),
            "{accept}"
        );
    }
    catalogue
        .staff
        .get("/api/v1/products/export?format=xml")
        .expect(422);
}
