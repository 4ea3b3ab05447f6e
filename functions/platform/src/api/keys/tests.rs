use super::*;
use aws::testing;

fn named(kid: &str) -> String {
    format!(
        r#"{{"keys":[{{"kty":"RSA","use":"sig","alg":"RS256","kid":"{kid}","n":"AQ","e":"AQAB"}}]}}"#
    )
}

fn names(keys: &KeySet) -> Vec<&str> {
    keys.keys.iter().map(|key| key.kid.as_str()).collect()
}

#[test]
fn nothing_private_is_given_away() {
    let stored = named("k1").replace(r#""e""#, r#""d":"canary","p":"canary","e""#);
    let keys: KeySet = serde_json::from_str(&stored).unwrap();
    assert_eq!(serde_json::to_string(&keys).unwrap(), named("k1"));
}

/// What API Gateway's JWT authorizers ask of a key set: RSA keys for signing, each with its name.
#[test]
fn a_published_key_has_what_a_gateways_authorizer_finds_it_by() {
    let keys: KeySet = serde_json::from_str(&named("k1")).unwrap();
    let shown = serde_json::to_value(&keys).unwrap();
    let key = &shown["keys"][0];
    for (member, value) in [
        ("kty", "RSA"),
        ("use", "sig"),
        ("alg", "RS256"),
        ("kid", "k1"),
    ] {
        assert_eq!(key[member], value, "{member}");
    }
    assert!(key["n"].is_string() && key["e"].is_string(), "{key}");
}

#[tokio::test]
async fn keys_are_read_again_after_a_minute_and_not_before() {
    let aws = testing::cloud(&[&resources::PLATFORM]).await.unwrap();
    let table = aws.table(&resources::PLATFORM).unwrap();
    let publish = async |kid: &str| {
        let keys = PublicKeys { jwks: named(kid) };
        keys.publish(&table).await.unwrap();
    };
    // Without keys the function starts, and says so when it is asked.
    let keys = Keys::start(&aws).await.unwrap();
    let now = SystemClock.now();
    assert_eq!(keys.current(now).await.unwrap_err().row(), rows::INTERNAL);

    publish("old").await;
    assert_eq!(names(&keys.current(now).await.unwrap()), ["old"]);
    publish("new").await;
    let almost = now.plus(FRESH - Duration::from_millis(1));
    assert_eq!(names(&keys.current(almost).await.unwrap()), ["old"]);
    assert_eq!(
        names(&keys.current(now.plus(FRESH)).await.unwrap()),
        ["new"]
    );
}
