//! Who may call what: every row of the manifest, for everybody. A new row is covered by itself.

use kernel::{Permission, Role};
use manifest::{Route, Who};
use serde_json::json;
use testkit::{Api, Stage};

use super::keys::served;
use super::rows;

/// What the row's `who` makes of a good token of a role: the refusal, or none.
fn refusal(route: &Route, role: Option<Role>) -> Option<(u16, &'static str)> {
    match (&route.who, role) {
        (Who::Public | Who::Visitor | Who::Signature | Who::Guest, _) => None,
        (Who::Shopper | Who::Can(_), None) => Some((401, "unauthenticated")),
        (Who::Shopper, Some(_)) => None,
        (Who::Can(permission), Some(role)) => (!Permission::of(permission)
            .is_held_by(role.permissions()))
        .then_some((403, "forbidden")),
    }
}

fn check(
    api: &Api,
    route: &Route,
    expected: Option<(u16, &str)>,
    who: &str,
    wrong: &mut Vec<String>,
) {
    // What is busy for a moment says so, health with its own body, and decides nothing.
    let reply = served(|| rows::ask(api, route).send());
    let met = match expected {
        Some((status, code)) => reply.status == status && reply.code() == code,
        None => !matches!(reply.status, 401 | 403) && reply.status < 500,
    };
    if !met {
        wrong.push(format!(
            "{who} at {}: expected {expected:?}, but {reply}",
            route.name
        ));
    }
}

#[test]
fn every_row_admits_whom_it_declares_and_nobody_else() {
    let stage = Stage::from_env();
    let mut wrong = Vec::new();
    let callers = [
        None,
        Some(Role::User),
        Some(Role::Manager),
        Some(Role::Admin),
    ];
    for role in callers {
        let api = role.map_or_else(|| stage.api(), |role| stage.newcomer(role));
        for route in rows::all() {
            let who = role.map_or("nobody", Role::as_str);
            check(&api, route, refusal(route, role), who, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_that_looks_at_tokens_refuses_expired_and_tampered_ones_and_the_others_ignore_them() {
    let stage = Stage::from_env();
    let signer = stage.signer();
    let mut expired = signer.claims(Role::Admin);
    expired.exp = expired.iat - 3600;
    expired.iat -= 7200;
    let good = signer.token(Role::Admin);
    let mut tampered: Vec<&str> = good.split('.').collect();
    let mut raised = signer.claims(Role::User);
    raised.role = Role::Admin;
    let claims = testkit::segment(&serde_json::to_value(&raised).unwrap());
    tampered[1] = &claims;

    let mut wrong = Vec::new();
    for (what, token) in [
        ("an expired token", signer.sign(&expired)),
        ("a tampered token", tampered.join(".")),
    ] {
        let api = stage.api().with_token(token);
        for route in rows::all() {
            let expected = route.admits_tokens().then_some((401, "unauthenticated"));
            check(&api, route, expected, what, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_token_that_was_ended_is_refused_by_every_row_that_looks_at_tokens() {
    let stage = Stage::from_env();
    let claims = stage.signer().claims(Role::Admin);
    let api = stage.api().with_token(stage.signer().sign(&claims));
    let item = json!({
        "pk": { "S": format!("{}{}", manifest::resources::TOKEN_VERSIONS, claims.sub) },
        "sk": { "S": "version" },
        "type": { "S": "token-version" }, "schema": { "N": "1" },
        "user_id": { "S": claims.sub }, "tv": { "N": "1" },
    });
    let put = json!({ "TableName": stage.physical("platform"), "Item": item });
    stage.account().dynamodb("PutItem", &put).expect(200);
    let mut wrong = Vec::new();
    for route in rows::all() {
        let expected = route.admits_tokens().then_some((401, "unauthenticated"));
        check(&api, route, expected, "an ended token", &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_refusal_names_the_scheme_and_never_says_why_a_token_is_bad() {
    let stage = Stage::from_env();
    for route in rows::all().filter(|route| matches!(route.who, Who::Can(_) | Who::Shopper)) {
        let reply = rows::ask(&stage.api(), route)
            .send()
            .refuse(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{reply}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply}");
    }
}

#[test]
fn an_authorization_of_another_scheme_is_refused_where_tokens_are_looked_at() {
    let stage = Stage::from_env();
    let token = stage.signer().token(Role::Admin);
    let malformed = [
        "Basic dXNlcjpwYXNz".to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        token.clone(),
        format!("Token {token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token},Bearer {token}"),
    ];
    for value in &malformed {
        stage
            .api()
            .ask("GET", "/api/v1/products")
            .header("authorization", value)
            .send()
            .refuse(401, "unauthenticated");
    }
    let reply = stage
        .api()
        .ask("GET", "/api/v1/products")
        .header("authorization", &format!("bEaReR {token}"))
        .send();
    assert_eq!(
        reply.status, 200,
        "the scheme's case does not matter: {reply}"
    );
}

#[test]
fn the_tokens_that_a_developer_starts_with_are_good() {
    let stage = Stage::from_env();
    for (variable, imports) in [
        ("ADMIN_TOKEN", 404),
        ("MANAGER_TOKEN", 404),
        ("USER_TOKEN", 403),
        ("USER2_TOKEN", 403),
    ] {
        let holder = stage.holder_of(variable);
        assert_eq!(
            holder.get("/api/v1/products?limit=1").status,
            200,
            "{variable}"
        );
        let reply = holder.get("/api/v1/products/import/imp_00000000000000000000000000");
        assert_eq!(reply.status, imports, "{variable}: {reply}");
    }
}
