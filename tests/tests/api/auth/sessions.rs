//! Sessions: going on, and ending.

use serde_json::json;
use testkit::{Reply, all_at_once};

use super::{Person, refresh, text};

fn logout(api: &testkit::Api, path: &str) -> Reply {
    api.post(&format!("/api/v1/auth/{path}"), &json!({}))
}

#[test]
fn a_session_goes_on_with_the_newest_token_and_with_no_other() {
    let ann = Person::new();
    let first = ann.refresh_token();
    let second = text(&refresh(&first).expect(200).data(), "refreshToken");
    let third = text(&refresh(&second).expect(200).data(), "refreshToken");
    let reused = refresh(&first).refuse(401, "refresh_token_reused");
    assert_eq!(reused.header("www-authenticate"), Some("Bearer"));
    for token in [&third, &second, &first] {
        refresh(token).refuse(401, "refresh_token_reused");
    }
}

#[test]
fn a_refresh_answers_as_a_sign_in_does() {
    let ann = Person::new();
    let data = refresh(&ann.refresh_token()).expect(200).data();
    assert_eq!(data["user"], ann.account["user"]);
    assert_eq!(
        (&data["tokenType"], &data["expiresIn"]),
        (&json!("Bearer"), &json!(900))
    );
    assert_ne!(data["accessToken"], ann.account["accessToken"]);
}

#[test]
fn of_twenty_refreshes_at_once_one_is_answered_and_then_the_session_is_over() {
    let ann = Person::new();
    let other = ann.sign_in();
    let token = ann.refresh_token();
    let replies = all_at_once(20, |_| refresh(&token));
    let won: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        assert_eq!(
            (reply.status, &*reply.code()),
            (401, "refresh_token_reused"),
            "{reply}"
        );
    }
    assert_eq!(won.len(), 1);
    let newest = text(&won[0].data(), "refreshToken");
    refresh(&newest).refuse(401, "refresh_token_reused");
    refresh(&other.refresh_token()).expect(200);
}

#[test]
fn what_is_no_refresh_token_is_refused() {
    let ann = Person::new();
    let mut altered = ann.refresh_token();
    altered.truncate(altered.len() - 4);
    for token in ["x", &altered, &text(&ann.account, "accessToken")] {
        let refused = refresh(&token[..token.len().min(256)]);
        refused.refuse(401, "invalid_refresh_token");
    }
    refresh(&ann.refresh_token()).expect(200);
}

#[test]
fn who_signs_out_ends_that_session_alone() {
    let ann = Person::new();
    let other = ann.sign_in();
    logout(&ann.api, "logout").expect(204);
    refresh(&ann.refresh_token()).refuse(401, "invalid_refresh_token");
    refresh(&other.refresh_token()).expect(200);
}

#[test]
fn who_signs_out_everywhere_ends_every_session_and_every_access_token_at_once() {
    let ann = Person::new();
    let other = ann.sign_in();
    let bystander = Person::new();
    logout(&ann.api, "logout-all").expect(204);
    for person in [&ann, &other] {
        logout(&person.api, "logout").refuse(401, "unauthenticated");
        refresh(&person.refresh_token()).refuse(401, "invalid_refresh_token");
    }
    let back = ann.sign_in();
    logout(&back.api, "logout").expect(204);
    logout(&bystander.api, "logout").expect(204);
}
