//! Categories: a tree that stays one, whoever moves what at the same time.

use serde_json::{Value, json};
use testkit::{Api, all_at_once, unique};

use super::{Catalogue, category, text};

/// A category in the tree, with everything below it.
pub fn find(tree: &Value, id: &str) -> Option<Value> {
    let nodes = tree.as_array()?;
    nodes.iter().find_map(|node| {
        if node["id"] == id {
            Some(node.clone())
        } else {
            find(&node["children"], id)
        }
    })
}

/// The category as the tree shows it now, past whatever caches.
pub fn shown(api: &Api, id: &str) -> Option<Value> {
    find(&api.get("/api/v1/categories").expect(200).data(), id)
}

fn address(id: &str) -> String {
    format!("/api/v1/categories/{id}")
}

#[test]
fn a_tree_is_put_up_moved_renamed_and_taken_down() {
    let catalogue = Catalogue::new();
    let staff = &catalogue.staff;
    let (root, slug) = (catalogue.category.clone(), unique("lamps"));
    let made = staff
        .post(
            "/api/v1/categories",
            &json!({ "name": "Lamps", "slug": slug, "parentId": root }),
        )
        .expect(201);
    let lamps = text(&made.data(), "id");
    assert!(
        made.header("location").unwrap().ends_with(&address(&lamps)),
        "{made}"
    );
    let desk = category(staff, "Desk", Some(&lamps));

    let node = shown(staff, &lamps).unwrap();
    assert_eq!(
        (&node["name"], &node["slug"], &node["parentId"]),
        (&json!("Lamps"), &json!(slug), &json!(root))
    );
    assert_eq!(node["productCount"], 0);
    assert_eq!(node["children"].as_array().unwrap().len(), 1);
    let under = find(&node["children"], &desk).unwrap();
    assert!(
        under["path"].to_string().contains(&slug),
        "the path names what is above: {under}"
    );

    // Moved to another place, everything below goes along.
    let other = category(staff, &unique("Other"), None);
    let moved = staff
        .put(
            &address(&lamps),
            &json!({ "parentId": other, "name": "Lights" }),
        )
        .expect(200);
    assert_eq!(moved.data()["version"], 2, "{moved}");
    assert!(find(&shown(staff, &other).unwrap()["children"], &desk).is_some());
    assert!(
        shown(staff, &root).unwrap()["children"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let top = staff
        .put(&address(&lamps), &json!({ "parentId": null }))
        .expect(200)
        .data();
    assert_eq!(top["parentId"], json!(null));

    staff
        .delete(&address(&lamps))
        .refuse(409, "category_not_empty");
    staff.delete(&address(&desk)).expect(204);
    staff.delete(&address(&lamps)).expect(204);
    assert!(shown(staff, &lamps).is_none());
    staff.delete(&address(&lamps)).refuse(404, "not_found");
    staff
        .put(&address(&lamps), &json!({ "name": "x" }))
        .refuse(404, "not_found");
    // Its slug is free again.
    staff
        .post(
            "/api/v1/categories",
            &json!({ "name": "Lamps", "slug": slug }),
        )
        .expect(201);
}

#[test]
fn a_move_below_itself_is_a_cycle() {
    let catalogue = Catalogue::new();
    let staff = &catalogue.staff;
    let a = catalogue.category.clone();
    let b = category(staff, "B", Some(&a));
    let c = category(staff, "C", Some(&b));
    for (moved, under) in [(&a, &a), (&a, &b), (&a, &c), (&b, &c)] {
        staff
            .put(&address(moved), &json!({ "parentId": under }))
            .refuse(409, "category_cycle");
    }
    assert!(
        find(&shown(staff, &a).unwrap()["children"], &c).is_some(),
        "nothing has moved"
    );
    let absent = "cat_00000000000000000000000000";
    assert_eq!(
        staff
            .put(&address(&b), &json!({ "parentId": absent }))
            .expect(422)
            .pointers(),
        ["/parentId"]
    );
    assert_eq!(
        staff
            .post(
                "/api/v1/categories",
                &json!({ "name": "x", "parentId": absent })
            )
            .expect(422)
            .pointers(),
        ["/parentId"]
    );
}

#[test]
fn two_moves_that_would_cross_into_a_cycle_cannot_both_happen() {
    let catalogue = Catalogue::new();
    let staff = &catalogue.staff;
    for round in 0..5 {
        let a = category(staff, &unique(&format!("A{round}")), None);
        let b = category(staff, &unique(&format!("B{round}")), None);
        let moves = [(&a, &b), (&b, &a)];
        let replies = all_at_once(2, |number| {
            let (moved, under) = moves[number];
            staff.put(&address(moved), &json!({ "parentId": under }))
        });
        let won = replies.iter().filter(|reply| reply.status == 200).count();
        assert!(won <= 1, "a cycle: {} {}", replies[0], replies[1]);
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            assert!(matches!(reply.status, 409 | 503), "{reply}");
        }
        assert_eq!(won, 1, "{} {}", replies[0], replies[1]);
        // Both are still in the tree: what is in a cycle hangs nowhere.
        assert!(shown(staff, &a).is_some() && shown(staff, &b).is_some());
    }
}

#[test]
fn a_chain_of_moves_at_once_leaves_a_tree() {
    let catalogue = Catalogue::new();
    let staff = &catalogue.staff;
    let shelves: Vec<String> = (0..6)
        .map(|n| category(staff, &unique(&format!("S{n}")), None))
        .collect();
    // Everybody goes below their neighbour, all the way round.
    let replies = all_at_once(shelves.len(), |number| {
        let under = &shelves[(number + 1) % shelves.len()];
        staff.put(&address(&shelves[number]), &json!({ "parentId": under }))
    });
    let won = replies.iter().filter(|reply| reply.status == 200).count();
    assert!(won < shelves.len(), "a cycle");
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        assert!(matches!(reply.status, 409 | 503), "{reply}");
    }
    for shelf in &shelves {
        assert!(
            shown(staff, shelf).is_some(),
            "{shelf} hangs nowhere any more"
        );
    }
}

#[test]
fn a_category_that_has_products_of_any_status_is_not_deleted() {
    let catalogue = Catalogue::new();
    let draft = catalogue.product_with("Draft", json!({ "status": "draft" }));
    let delete = || catalogue.staff.delete(&address(&catalogue.category));
    delete().refuse(409, "category_not_empty");
    catalogue.staff.delete(&super::path(&draft)).expect(204);
    delete().expect(204);
}

#[test]
fn a_category_that_is_deleted_while_products_come_in_never_leaves_one_without_a_category() {
    for round in 0..4 {
        let catalogue = Catalogue::new();
        let replies = all_at_once(6, |number| {
            if number == 0 {
                catalogue.staff.delete(&address(&catalogue.category))
            } else {
                catalogue.create(&catalogue.draft(&format!("Racer {round} {number}")))
            }
        });
        let made = replies[1..]
            .iter()
            .filter(|reply| reply.status == 201)
            .count();
        let gone = replies[0].status == 204;
        assert!(
            !(gone && made > 0),
            "{made} products hang on a category that is gone"
        );
        for reply in &replies[1..] {
            let told = reply.status == 201
                || (reply.status == 422 && reply.pointers() == ["/categoryId"])
                || reply.status == 503;
            assert!(told, "{reply}");
        }
        if !gone {
            assert!(matches!(replies[0].status, 409 | 503), "{}", replies[0]);
            // A deletion that did not come about closes nothing for good.
            catalogue.create(&catalogue.draft("After")).expect(201);
        }
    }
}

#[test]
fn a_category_is_changed_by_its_version_only() {
    let catalogue = Catalogue::new();
    let put = |tag: &str, name: &str| {
        let ask = catalogue
            .staff
            .ask("PUT", &address(&catalogue.category))
            .header("if-match", tag);
        ask.json(&json!({ "name": name })).send()
    };
    let changed = put("\"v1\"", "Renamed").expect(200);
    assert_eq!(changed.header("etag"), Some("\"v2\""));
    let stale = put("\"v1\"", "Lost").refuse(412, "precondition_failed");
    assert_eq!(stale.json()["currentVersion"], 2);
    let delete = catalogue
        .staff
        .ask("DELETE", &address(&catalogue.category))
        .header("if-match", "\"v1\"")
        .send();
    delete.refuse(412, "precondition_failed");
}

#[test]
fn of_twenty_at_once_who_want_one_category_slug_one_gets_it() {
    let catalogue = Catalogue::new();
    let slug = unique("shelf");
    let replies = all_at_once(20, |number| {
        let body = json!({ "name": format!("Shelf {number}"), "slug": slug });
        catalogue.staff.post("/api/v1/categories", &body)
    });
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 201).count(),
        1
    );
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert!(
            (reply.status, &*reply.code()) == (409, "slug_taken") || reply.status == 503,
            "{reply}"
        );
    }
}
