//! Who calls: a type in the endpoint's signature.

use crate::problem::{Problem, rows};
use crate::token::Claims;
use kernel::{CartToken, OrderToken, Permission, Role, SessionId, UserId};
use manifest::Who;

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The user's id.
    pub user: UserId,
    /// The user's address.
    pub email: String,
    /// The user's role.
    pub role: Role,
    /// What the user may do.
    pub permissions: Vec<Permission>,
    /// The session that the token was minted for.
    pub session: Option<SessionId>,
}

impl Identity {
    /// Whether the permission is held, by itself, by its group's `*`, or by `*`.
    pub fn can(&self, permission: &'static str) -> bool {
        Permission::of(permission).is_held_by(&self.permissions)
    }

    pub(crate) fn from_claims(claims: Claims) -> Option<Self> {
        Some(Self {
            user: UserId::parse(&claims.user_id).ok()?,
            email: claims.email,
            role: claims.role,
            permissions: claims.permissions,
            session: claims.sid,
        })
    }
}

/// The kinds of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// [`Anyone`].
    Anyone,
    /// [`Visitor`].
    Visitor,
    /// [`Guest`].
    Guest,
    /// [`Shopper`].
    Shopper,
    /// [`Staff`].
    Staff,
}

impl CallerKind {
    /// Whether a row with this `who` is for this kind of caller.
    pub(crate) const fn suits(self, who: &Who) -> bool {
        matches!(
            (self, who),
            (Self::Anyone, Who::Public | Who::Signature)
                | (Self::Visitor, Who::Visitor)
                | (Self::Guest, Who::Guest)
                | (Self::Shopper, Who::Shopper)
                | (Self::Staff, Who::Can(_))
        )
    }
}

/// A kind of caller. It must agree with the row's `who`; the build fails otherwise.
pub trait Caller: Sized + Clone + Send + 'static {
    /// Which kind it is.
    const KIND: CallerKind;

    /// Admits the caller.
    ///
    /// # Errors
    /// 401 or 403.
    fn admit(who: &Who, shown: Shown) -> Result<Self, Problem>;
}

/// What a request shows of who sends it, read and found sound.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Who is signed in, by a good access token.
    pub identity: Option<Identity>,
    /// What `X-Cart-Token` holds.
    pub cart_token: Option<CartToken>,
    /// What `X-Order-Token` holds.
    pub order_token: Option<OrderToken>,
}

impl Shown {
    /// Reads what a guest's row looks at. A cart's token is a name that the guest goes by, so one
    /// that is none is told; an order's is a key that fits or does not, so it is as if none were
    /// there.
    pub(crate) fn read(
        identity: Option<Identity>,
        cart_token: Option<&str>,
        order_token: Option<&str>,
    ) -> Result<Self, Problem> {
        let cart_token = cart_token.map(CartToken::parse).transpose();
        Ok(Self {
            identity,
            cart_token: cart_token.map_err(|invalid| {
                Problem::new(rows::VALIDATION_FAILED).fault("/headers/x-cart-token", invalid.rule())
            })?,
            order_token: order_token.and_then(|token| OrderToken::parse(token).ok()),
        })
    }

    /// Whom an idempotency key belongs to: the user, or whoever holds the token.
    pub(crate) fn subject(&self) -> Option<String> {
        let user = self.identity.as_ref().map(|it| it.user.to_string());
        let cart = || Some(self.cart_token.as_ref()?.hash().to_string());
        let order = || Some(self.order_token.as_ref()?.hash().to_string());
        user.or_else(cart).or_else(order)
    }
}

/// Anybody; tokens are not looked at.
#[derive(Debug, Clone)]
pub struct Anyone;

/// Anybody; who is signed in may see more.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<Identity>);

impl Visitor {
    /// Whether the visitor holds the permission.
    pub fn can(&self, permission: &'static str) -> bool {
        self.0
            .as_ref()
            .is_some_and(|identity| identity.can(permission))
    }

    /// Lets the holder of a permission pass.
    ///
    /// # Errors
    /// 401 for somebody unknown, 403 for somebody else.
    pub fn must(&self, permission: &'static str) -> Result<(), Problem> {
        match &self.0 {
            None => Err(unauthenticated()),
            Some(identity) if identity.can(permission) => Ok(()),
            Some(_) => Err(forbidden(permission)),
        }
    }
}

/// Somebody who is signed in, or a guest, who is known by what they hold.
///
/// Who is signed in is nobody's guest: their cart token counts no more. Their order token does, for
/// it opens an order that they placed before.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Who is signed in.
    pub identity: Option<Identity>,
    /// The cart of a guest, where they have one.
    pub cart_token: Option<CartToken>,
    /// The key of one order.
    pub order_token: Option<OrderToken>,
}

/// Somebody who is signed in, with only their own things in reach.
#[derive(Debug, Clone)]
pub struct Shopper(pub Identity);

/// Somebody who holds the row's permission.
#[derive(Debug, Clone)]
pub struct Staff(pub Identity);

impl Caller for Anyone {
    const KIND: CallerKind = CallerKind::Anyone;

    fn admit(_who: &Who, _shown: Shown) -> Result<Self, Problem> {
        Ok(Self)
    }
}

impl Caller for Visitor {
    const KIND: CallerKind = CallerKind::Visitor;

    fn admit(_who: &Who, shown: Shown) -> Result<Self, Problem> {
        Ok(Self(shown.identity))
    }
}

impl Caller for Guest {
    const KIND: CallerKind = CallerKind::Guest;

    fn admit(_who: &Who, shown: Shown) -> Result<Self, Problem> {
        Ok(Self {
            cart_token: shown.cart_token.filter(|_| shown.identity.is_none()),
            order_token: shown.order_token,
            identity: shown.identity,
        })
    }
}

impl Caller for Shopper {
    const KIND: CallerKind = CallerKind::Shopper;

    fn admit(_who: &Who, shown: Shown) -> Result<Self, Problem> {
        shown.identity.map(Self).ok_or_else(unauthenticated)
    }
}

impl Caller for Staff {
    const KIND: CallerKind = CallerKind::Staff;

    fn admit(who: &Who, shown: Shown) -> Result<Self, Problem> {
        let identity = shown.identity.ok_or_else(unauthenticated)?;
        match who {
            Who::Can(permission) if !identity.can(permission) => Err(forbidden(permission)),
            _ => Ok(Self(identity)),
        }
    }
}

/// One body for everything that can be wrong with a token.
pub(crate) fn unauthenticated() -> Problem {
    Problem::new(rows::UNAUTHENTICATED).header("www-authenticate", "Bearer")
}

fn forbidden(permission: &str) -> Problem {
    Problem::new(rows::FORBIDDEN).detail(format!("The permission {permission} is needed."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            user: UserId::derive("", "ann"),
            email: "ann@example.com".into(),
            role: Role::User,
            permissions: Vec::new(),
            session: None,
        }
    }

    #[test]
    fn a_key_belongs_to_the_user_then_to_the_holder_of_a_cart_then_to_that_of_an_order() {
        let (cart, order) = (CartToken::of_bytes([1; 32]), OrderToken::of_bytes([2; 32]));
        let shown = |identity, cart_token, order_token| Shown {
            identity,
            cart_token,
            order_token,
        };
        let all = || (Some(cart.clone()), Some(order.clone()));
        for (shown, subject) in [
            (
                shown(Some(identity()), all().0, all().1),
                Some(identity().user.to_string()),
            ),
            (shown(None, all().0, all().1), Some(cart.hash().to_string())),
            (shown(None, None, all().1), Some(order.hash().to_string())),
            (shown(None, None, None), None),
        ] {
            assert_eq!(shown.subject(), subject);
        }
    }

    #[test]
    fn who_is_signed_in_has_no_guest_s_cart() {
        let token = CartToken::of_bytes([1; 32]);
        for identity in [Some(identity()), None] {
            let signed_in = identity.is_some();
            let shown = Shown::read(identity, Some(token.expose()), Some("no key")).unwrap();
            let guest = Guest::admit(&Who::Guest, shown).unwrap();
            assert_eq!(guest.cart_token.is_none(), signed_in);
            assert!(guest.order_token.is_none());
        }
    }

    #[test]
    fn a_cart_token_that_is_none_is_told() {
        let problem = Shown::read(None, Some("x"), None).unwrap_err();
        assert_eq!(problem.row(), rows::VALIDATION_FAILED);
    }
}
