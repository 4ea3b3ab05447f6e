use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::session::RefreshToken;
use crate::testing::{NOW, auth, register};

/// A segment of a token.
fn segment(token: &str, number: usize) -> Value {
    let text = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

#[tokio::test]
async fn an_access_token_says_who_may_do_what_until_when() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await;
    let token = &ann.access_token;
    assert_eq!(
        segment(token, 0),
        json!({ "alg": "RS256", "typ": "JWT", "kid": "one" })
    );
    let mut claims = segment(token, 1);
    let jti = claims["jti"].take();
    assert_eq!(jti.as_str().unwrap().len(), 32);
    let session = RefreshToken::parse(&ann.refresh_token).unwrap().session;
    assert_eq!(
        claims,
        json!({
            "userId": ann.user.id, "email": "ann@example.com", "role": "USER",
            "permissions": ["profile:read", "profile:update", "order:create", "order:read"],
            "sub": ann.user.id, "jti": null, "iss": "https://issuer.example", "aud": "shop",
            "iat": NOW.seconds(), "nbf": NOW.seconds(), "exp": NOW.seconds() + 900,
            "tv": 0, "sid": session,
        })
    );
}

#[tokio::test]
async fn no_two_access_tokens_are_the_same() {
    let auth = auth().await;
    let ann = register(&auth, "ann").await;
    let again = auth.refresh(&ann.refresh_token, NOW).await.unwrap();
    assert_ne!(again.access_token, ann.access_token);
}
