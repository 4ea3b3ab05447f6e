//! The key that a guest gets to an order.

use aws_lc_rs::hmac;
use kernel::{CartToken, OrderId, OrderToken};

/// The key to an order that was placed from a guest's cart. It follows from both, so that a guest
/// whose answer was lost gets the same key with the next one, though nobody keeps it.
pub fn order_token(cart: &CartToken, order: OrderId) -> OrderToken {
    let key = hmac::Key::new(hmac::HMAC_SHA256, cart.expose().as_bytes());
    let tag = hmac::sign(&key, order.to_string().as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    OrderToken::of_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_one_cart_and_one_order() {
        let (cart, other) = (CartToken::of_bytes([1; 32]), CartToken::of_bytes([2; 32]));
        let (order, next) = (OrderId::derive("", "1"), OrderId::derive("", "2"));
        let key = order_token(&cart, order);
        assert_eq!(order_token(&cart, order), key);
        assert_ne!(order_token(&cart, next), key);
        assert_ne!(order_token(&other, order), key);
    }
}
