use super::*;

#[test]
fn a_token_has_one_spelling() {
    let token = CartToken::of_bytes([7; 32]);
    assert_eq!(CartToken::parse(token.expose()).unwrap(), token);
    for text in [
        "",
        "short",
        // One character too many, one that base64url has not, and bits behind the last byte.
        &format!("{}A", token.expose()),
        &token.expose().replacen('B', "+", 1),
        &format!("{}B", &token.expose()[..42]),
    ] {
        assert!(CartToken::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_token_shows_itself_only_when_it_is_asked_to() {
    let token = OrderToken::of_bytes([7; 32]);
    assert_eq!(format!("{token:?}"), "OrderToken(…)");
    assert!(!token.hash().as_str().contains(token.expose()));
}

#[test]
fn equal_texts_of_two_kinds_have_different_hashes() {
    let bytes = [7; 32];
    assert_ne!(
        CartToken::of_bytes(bytes).hash(),
        OrderToken::of_bytes(bytes).hash()
    );
    assert_ne!(
        CartToken::of_bytes(bytes).hash(),
        CartToken::of_bytes([8; 32]).hash()
    );
}
