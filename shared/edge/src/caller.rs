//! Who calls: a type in the endpoint's signature.

use crate::problem::{Problem, rows};
use crate::token::Claims;
use kernel::{Permission, Role, SessionId, UserId};
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
                | (Self::Shopper, Who::Shopper)
                | (Self::Staff, Who::Can(_))
        )
    }
}

/// A kind of caller. It must agree with the row's `who`; the build fails otherwise.
pub trait Caller: Sized + Send + 'static {
    /// Which kind it is.
    const KIND: CallerKind;

    /// Admits the caller.
    ///
    /// # Errors
    /// 401 or 403.
    fn admit(who: &Who, identity: Option<Identity>) -> Result<Self, Problem>;
}

/// Anybody; tokens are not looked at.
#[derive(Debug)]
pub struct Anyone;

/// Anybody; who is signed in may see more.
#[derive(Debug)]
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

/// Somebody who is signed in, with only their own things in reach.
#[derive(Debug)]
pub struct Shopper(pub Identity);

/// Somebody who holds the row's permission.
#[derive(Debug)]
pub struct Staff(pub Identity);

impl Caller for Anyone {
    const KIND: CallerKind = CallerKind::Anyone;

    fn admit(_who: &Who, _identity: Option<Identity>) -> Result<Self, Problem> {
        Ok(Self)
    }
}

impl Caller for Visitor {
    const KIND: CallerKind = CallerKind::Visitor;

    fn admit(_who: &Who, identity: Option<Identity>) -> Result<Self, Problem> {
        Ok(Self(identity))
    }
}

impl Caller for Shopper {
    const KIND: CallerKind = CallerKind::Shopper;

    fn admit(_who: &Who, identity: Option<Identity>) -> Result<Self, Problem> {
        identity.map(Self).ok_or_else(unauthenticated)
    }
}

impl Caller for Staff {
    const KIND: CallerKind = CallerKind::Staff;

    fn admit(who: &Who, identity: Option<Identity>) -> Result<Self, Problem> {
        let identity = identity.ok_or_else(unauthenticated)?;
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
