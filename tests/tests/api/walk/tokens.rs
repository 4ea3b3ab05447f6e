//! Hostile tokens: one table, one answer. And keys that change while the shop is open.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::{Claims, Verifier};
use kernel::{Clock, Role, SystemClock};
use serde_json::{Value, json};
use testkit::{Shop, Signer, Stage, hmac_sha256, segment};

/// Every attack by name, with the token of it.
fn hostile(signer: &Signer) -> Vec<(String, String)> {
    let stranger = Signer::new();
    let claims = serde_json::to_value(signer.claims(Role::Admin)).unwrap();
    let header = signer.header();
    let with = |of: &Value, name: &str, value: Value| {
        let mut changed = of.clone();
        changed[name] = value;
        changed
    };
    let without = |of: &Value, name: &str| {
        let mut changed = of.clone();
        changed.as_object_mut().unwrap().remove(name);
        changed
    };
    let signed = |header: &Value, claims: &Value| signer.sign_parts(header, claims);
    let good = signed(&header, &claims);
    let (text, signature) = good.rsplit_once('.').unwrap();
    let hs = |header: &Value, secret: &[u8]| {
        let text = format!("{}.{}", segment(header), segment(&claims));
        let mac = URL_SAFE_NO_PAD.encode(hmac_sha256(secret, text.as_bytes()));
        format!("{text}.{mac}")
    };
    let now = SystemClock.now().seconds();
    let mut table: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, token: String| table.push((name.to_owned(), token));

    // No signature at all, however it is spelt.
    for alg in ["none", "None", "NONE", "nOnE"] {
        let unsigned = format!(
            "{}.{}",
            segment(&with(&header, "alg", alg.into())),
            segment(&claims)
        );
        add(
            &format!("alg {alg}, empty signature"),
            format!("{unsigned}."),
        );
        add(
            &format!("alg {alg}, old signature"),
            format!("{unsigned}.{signature}"),
        );
    }
    add("alg RS256, empty signature", format!("{text}."));
    add("two segments", text.to_owned());
    // The public key taken for a shared secret.
    for alg in ["HS256", "HS384", "HS512"] {
        let header = with(&header, "alg", alg.into());
        add(
            &format!("{alg} with the public key's PEM"),
            hs(&header, signer.public_pem().as_bytes()),
        );
        add(
            &format!("{alg} with the public key's DER"),
            hs(&header, &signer.public_der()),
        );
    }
    add(
        "HS256 with an empty secret",
        hs(&with(&header, "alg", "HS256".into()), b""),
    );
    add(
        "RS256 header over an HMAC",
        hs(&header, signer.public_pem().as_bytes()),
    );
    // Other algorithms than ours.
    for alg in [
        "RS384", "RS512", "PS256", "ES256", "EdDSA", "RS256 ", "rs256", "",
    ] {
        add(
            &format!("alg {alg:?}"),
            signed(&with(&header, "alg", alg.into()), &claims),
        );
    }
    add("no alg", signed(&without(&header, "alg"), &claims));
    add(
        "alg is a number",
        signed(&with(&header, "alg", json!(256)), &claims),
    );
    // Keys that are not ours.
    let foreign = with(&header, "kid", stranger.kid().into());
    add(
        "a stranger's key under our name",
        stranger.sign_parts(&header, &claims),
    );
    add(
        "a stranger's key under its own name",
        stranger.sign_parts(&foreign, &claims),
    );
    add("a stranger's name over our key", signed(&foreign, &claims));
    add("no kid", signed(&without(&header, "kid"), &claims));
    for (name, kid) in [
        ("traversal", "../../../../dev/null"),
        ("encoded traversal", "..%2f..%2fetc%2fpasswd"),
        ("SQL", "' UNION SELECT 'secret' --"),
        ("command", "key|/usr/bin/id"),
        ("URL", "https://attacker.example/jwks.json"),
        ("empty", ""),
        ("null byte", "\u{0}"),
    ] {
        add(
            &format!("kid: {name}"),
            stranger.sign_parts(&with(&header, "kid", kid.into()), &claims),
        );
    }
    add(
        "kid is an array",
        stranger.sign_parts(&with(&header, "kid", json!([signer.kid()])), &claims),
    );
    // Keys brought along or to be fetched.
    add(
        "embedded jwk",
        stranger.sign_parts(&with(&header, "jwk", stranger.public()), &claims),
    );
    add(
        "our signature, embedded jwk",
        signed(&with(&header, "jwk", signer.public()), &claims),
    );
    for name in ["jku", "x5u"] {
        let url = "https://attacker.example/keys".into();
        add(
            name,
            stranger.sign_parts(&with(&header, name, url), &claims),
        );
        let local = "http://127.0.0.1:1/keys".into();
        add(
            &format!("our signature, {name}"),
            signed(&with(&header, name, local), &claims),
        );
    }
    add(
        "x5c",
        signed(&with(&header, "x5c", json!(["MIIB"])), &claims),
    );
    add(
        "crit",
        signed(&with(&header, "crit", json!(["exp"])), &claims),
    );
    // Headers that do not speak of an access token.
    add(
        "typ at+jwt of others",
        signed(&with(&header, "typ", "refresh+jwt".into()), &claims),
    );
    add(
        "typ JWE",
        signed(&with(&header, "typ", "JWE".into()), &claims),
    );
    add("no typ", signed(&without(&header, "typ"), &claims));
    // Times.
    add(
        "expired an hour ago",
        signed(&header, &with(&claims, "exp", json!(now - 3600))),
    );
    add(
        "expired at 0",
        signed(&header, &with(&claims, "exp", json!(0))),
    );
    add(
        "expires before it was issued",
        signed(&header, &with(&claims, "exp", json!(-1))),
    );
    add("no exp", signed(&header, &without(&claims, "exp")));
    add(
        "exp is text",
        signed(&header, &with(&claims, "exp", json!("9999999999"))),
    );
    add(
        "not before an hour from now",
        signed(&header, &with(&claims, "nbf", json!(now + 3600))),
    );
    add(
        "issued an hour from now",
        signed(&header, &with(&claims, "iat", json!(now + 3600))),
    );
    // Other people's tokens.
    add(
        "another issuer",
        signed(
            &header,
            &with(&claims, "iss", "https://attacker.example".into()),
        ),
    );
    add(
        "the issuer with a slash",
        signed(
            &header,
            &with(&claims, "iss", format!("{}/", signer.issuer()).into()),
        ),
    );
    add("no issuer", signed(&header, &without(&claims, "iss")));
    add(
        "another audience",
        signed(&header, &with(&claims, "aud", "other".into())),
    );
    add("no audience", signed(&header, &without(&claims, "aud")));
    add("no subject", signed(&header, &without(&claims, "sub")));
    let other = signer.claims(Role::User).sub;
    add(
        "the subject is another user",
        signed(&header, &with(&claims, "sub", other.into())),
    );
    add("the user's id is no id", {
        let claims = with(&claims, "userId", "admin".into());
        signed(&header, &with(&claims, "sub", "admin".into()))
    });
    add(
        "a role that there is not",
        signed(&header, &with(&claims, "role", "ROOT".into())),
    );
    add(
        "permissions that are none",
        signed(&header, &with(&claims, "permissions", json!(["*:*;"]))),
    );
    add(
        "no permissions",
        signed(&header, &without(&claims, "permissions")),
    );
    // Versions of the user's tokens, who never had any ended.
    for (name, version) in [
        ("one ahead", json!(1)),
        ("below all", json!(-1)),
        ("text", json!("0")),
        ("a fraction", json!(0.5)),
        ("beyond all", json!(u64::MAX)),
        ("null", json!(null)),
    ] {
        add(
            &format!("version: {name}"),
            signed(&header, &with(&claims, "tv", version)),
        );
    }
    add("no version", signed(&header, &without(&claims, "tv")));
    add(
        "a session that is no id",
        signed(&header, &with(&claims, "sid", "ses_1".into())),
    );
    // The same member twice: whoever reads the first sees another token than who reads the last.
    let twice = {
        let plain = claims.to_string();
        let body = plain.replacen('{', "{\"role\":\"USER\",", 1);
        signer.sign_text(&format!(
            "{}.{}",
            segment(&header),
            URL_SAFE_NO_PAD.encode(body)
        ))
    };
    add("a claim twice", twice);
    // Shapes.
    add("an extra segment", format!("{good}.{signature}"));
    add("five segments", format!("{good}.a.b"));
    add("a dot before", format!(".{good}"));
    add("base 64 with padding", format!("{}=.{}", text, signature));
    add(
        "standard base 64",
        format!(
            "{text}.{}",
            signature.replace('-', "+").replace('_', "/") + "=="
        ),
    );
    add(
        "claims that are no JSON",
        signer.sign_text(&format!(
            "{}.{}",
            segment(&header),
            URL_SAFE_NO_PAD.encode("admin")
        )),
    );
    add("claims that are a list", signed(&header, &json!([claims])));
    add("empty claims", signed(&header, &json!({})));
    add("one letter of the signature", {
        let first = if signature.starts_with('A') { "B" } else { "A" };
        format!("{text}.{first}{}", &signature[1..])
    });
    add(
        "half a signature",
        format!("{text}.{}", &signature[..signature.len() / 2]),
    );
    add(
        "eight kilobytes",
        signed(&header, &with(&claims, "filler", "x".repeat(6000).into())),
    );
    add("not a token", "admin".to_owned());
    add("dots", "..".to_owned());
    table
}

#[test]
fn hostile_tokens_are_all_refused_with_one_body() {
    let stage = Stage::from_env();
    let signer = stage.signer();
    let table = hostile(signer);
    assert!(table.len() >= 40, "the table has only {} rows", table.len());

    let body_of = |token: &str| {
        let reply = stage
            .api()
            .with_token(token)
            .get("/api/v1/products/import/imp_00000000000000000000000000");
        let mut body: Value = serde_json::from_slice(&reply.bytes).unwrap_or_default();
        body.as_object_mut()
            .map(|members| members.remove("instance"));
        (
            reply.status,
            reply.header("www-authenticate").map(str::to_owned),
            body,
        )
    };
    let (status, scheme, expected) = body_of("x");
    assert_eq!((status, scheme.as_deref()), (401, Some("Bearer")));
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(name, token)| {
            let got = body_of(token);
            (got != (401, Some("Bearer".to_owned()), expected.clone()))
                .then(|| format!("{name}: {got:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // The table would prove nothing if a good token were refused too.
    let good = stage
        .manager()
        .get("/api/v1/products/import/imp_00000000000000000000000000");
    assert_eq!(good.status, 404, "{good}");
}

#[test]
fn tokens_of_two_live_keys_hold_and_a_new_key_is_found_without_a_restart() {
    let shop = Shop::open();
    let (first, second) = (shop.signer(), Signer::new());
    let start = SystemClock.now();
    let verifier = verifier(&shop, start);
    let holds = |signer: &Signer, after: u64| {
        let token = signer.token(Role::User);
        let at = start.plus(Duration::from_secs(after));
        shop.wait(verifier.identify(&token, at)).unwrap().is_some()
    };

    assert!(holds(first, 0));
    assert!(!holds(&second, 0), "a key that was never published");

    shop.publish_keys(&[first.public(), second.public()]);
    assert!(
        !holds(&second, 10),
        "the keys were read again too soon: strangers could make us read for ever"
    );
    assert!(holds(&second, 31), "the new key was not found");
    assert!(holds(first, 31), "the old key must hold beside the new one");

    // The first key is withdrawn. Whoever knows it does so until the keys are read again.
    shop.publish_keys(&[second.public()]);
    assert!(!holds(&Signer::new(), 62), "an unknown key");
    assert!(
        !holds(first, 63),
        "a withdrawn key holds no longer once the keys were read again"
    );
    assert!(holds(&second, 63));
}

#[test]
fn a_withdrawn_key_ends_within_five_minutes_though_nothing_unknown_was_met() {
    let shop = Shop::open();
    let (first, second) = (shop.signer(), Signer::new());
    shop.publish_keys(&[first.public(), second.public()]);
    let start = SystemClock.now();
    let verifier = verifier(&shop, start);
    let holds = |signer: &Signer, after: u64| {
        let token = signer.token(Role::User);
        let at = start.plus(Duration::from_secs(after));
        shop.wait(verifier.identify(&token, at)).unwrap().is_some()
    };
    shop.publish_keys(&[second.public()]);
    assert!(holds(first, 299) && holds(&second, 299));
    assert!(!holds(first, 300));
    assert!(holds(&second, 300));
}

#[test]
fn unknown_keys_by_the_hundred_cost_one_read() {
    let shop = Shop::open();
    let start = SystemClock.now();
    let verifier = verifier(&shop, start);
    let token = Signer::new().token(Role::Admin);
    let later = start.plus(Duration::from_secs(60));
    // The first of these reads the keys anew; then the table is emptied, and nobody notices.
    assert!(
        shop.wait(verifier.identify(&token, later))
            .unwrap()
            .is_none()
    );
    shop.publish_keys(&[]);
    for after in 0..100_u64 {
        let at = later.plus(Duration::from_millis(after * 290));
        assert!(shop.wait(verifier.identify(&token, at)).unwrap().is_none());
    }
    let known = shop.signer().token(Role::Admin);
    let held = shop
        .wait(verifier.identify(&known, later.plus(Duration::from_secs(29))))
        .unwrap();
    assert!(
        held.is_some(),
        "the keys were read again within half a minute"
    );
}

#[test]
fn a_token_is_good_for_its_users_version_alone_from_the_very_next_request_on() {
    let shop = Shop::open();
    let now = SystemClock.now();
    let verifier = verifier(&shop, now);
    let claims = shop.signer().claims(Role::User);
    let holds = |tv: u64| {
        let token = shop.signer().sign(&Claims {
            tv,
            ..claims.clone()
        });
        let identity = shop.wait(verifier.identify(&token, now)).unwrap();
        identity.is_some_and(|identity| identity.user.to_string() == claims.sub)
    };
    let good = || (0..4).filter(|tv| holds(*tv)).collect::<Vec<_>>();
    assert_eq!(good(), [0]);
    for version in [1, 3] {
        raise(&shop, &claims.sub, version);
        assert_eq!(good(), [version]);
    }
    // Another user's tokens are as they were.
    let other = shop.signer().token(Role::User);
    assert!(shop.wait(verifier.identify(&other, now)).unwrap().is_some());
}

#[test]
fn nobody_is_admitted_while_versions_cannot_be_read() {
    let shop = Shop::open();
    let now = SystemClock.now();
    let verifier = verifier(&shop, now);
    let token = shop.signer().token(Role::User);
    assert!(shop.wait(verifier.identify(&token, now)).unwrap().is_some());
    let table = json!({ "TableName": shop.variable("PLATFORM_TABLE") });
    shop.account().dynamodb("DeleteTable", &table).expect(200);
    assert!(shop.wait(verifier.identify(&token, now)).is_err());
}

/// Ends the tokens of a user below a version.
fn raise(shop: &Shop, user: &str, version: u64) {
    let versions = shop.aws().token_versions().unwrap();
    let table = shop.aws().table(&manifest::resources::AUTH).unwrap();
    let write = table.transaction().raise_token_version(
        "version",
        &versions,
        user.parse().unwrap(),
        version,
    );
    shop.wait(write.commit()).unwrap();
}

fn verifier(shop: &Shop, at: kernel::Timestamp) -> Verifier {
    let table = shop.aws().table(&manifest::resources::PLATFORM).unwrap();
    let signer = shop.signer();
    shop.wait(Verifier::reading(
        table,
        signer.issuer(),
        signer.audience(),
        at,
    ))
}
