//! Who has to do with an order.

use kernel::{TokenHash, UserId};

use crate::order::{Actor, Buyer, Order};

/// Somebody who asks for an order, by what they showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    /// Who is signed in.
    User(UserId),
    /// Whoever shows an order's token, by its hash.
    Guest(TokenHash),
    /// Somebody of ours, with the permission to do what they ask.
    Staff(UserId),
}

impl Person {
    /// Who they are in the timeline of an order; none where the order is not theirs, which to them
    /// is as if there were none.
    pub fn on(&self, order: &Order) -> Option<Actor> {
        match (self, &order.buyer) {
            (Self::User(user), Buyer::User(owner)) if user == owner => Some(Actor::User(*user)),
            (Self::Guest(shown), Buyer::Guest { token }) if shown == token => Some(Actor::Guest),
            (Self::Staff(user), _) => Some(Actor::User(*user)),
            (Self::User(_) | Self::Guest(_), _) => None,
        }
    }

    /// Who some of them are, of a caller who is several.
    pub fn any(people: &[Self], order: &Order) -> Option<Actor> {
        people.iter().find_map(|person| person.on(order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use kernel::OrderToken;

    #[test]
    fn an_order_is_its_buyers_and_the_staffs() {
        let user = |name: &str| UserId::derive("", name);
        let token = |byte| OrderToken::of_bytes([byte; 32]).hash();
        let of = |buyer: &Buyer| Order {
            buyer: buyer.clone(),
            ..testing::order()
        };
        let anns = Buyer::User(user("ann"));
        let guests = Buyer::Guest { token: token(1) };
        let cases = [
            (
                Person::User(user("ann")),
                &anns,
                Some(Actor::User(user("ann"))),
            ),
            (Person::User(user("bob")), &anns, None),
            (Person::Guest(token(1)), &anns, None),
            (
                Person::Staff(user("bob")),
                &anns,
                Some(Actor::User(user("bob"))),
            ),
            (Person::User(user("ann")), &guests, None),
            (Person::Guest(token(1)), &guests, Some(Actor::Guest)),
            (Person::Guest(token(2)), &guests, None),
            (
                Person::Staff(user("bob")),
                &guests,
                Some(Actor::User(user("bob"))),
            ),
        ];
        for (person, buyer, expected) in cases {
            assert_eq!(person.on(&of(buyer)), expected, "{person:?} {buyer:?}");
        }
    }
}
