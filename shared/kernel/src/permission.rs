//! Who may do what: roles, and the permissions a token carries.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::invalid::{Invalid, word};

/// What an account is to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub enum Role {
    /// May do everything.
    Admin,
    /// Runs the shop: goods, orders, stock, reviews, shipping; reads figures.
    Manager,
    /// Buys, and sees what is their own.
    User,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Manager, Self::User];

    /// The role as it stands in a token and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Manager => "MANAGER",
            Self::User => "USER",
        }
    }

    /// What the role may do, as the contract's Auth section lists it.
    ///
    /// A user's `order:read` and `profile:*` only ever mean their own; that is the endpoint's to
    /// hold.
    pub const fn permissions(self) -> &'static [Permission] {
        const ADMIN: &[Permission] = &[Permission::of("*")];
        const MANAGER: &[Permission] = &[
            Permission::of("user:read"),
            Permission::of("user:update"),
            Permission::of("product:*"),
            Permission::of("order:*"),
            Permission::of("inventory:*"),
            Permission::of("review:*"),
            Permission::of("shipping:*"),
            Permission::of("analytics:read"),
        ];
        const USER: &[Permission] = &[
            Permission::of("profile:read"),
            Permission::of("profile:update"),
            Permission::of("order:create"),
            Permission::of("order:read"),
        ];
        match self {
            Self::Admin => ADMIN,
            Self::Manager => MANAGER,
            Self::User => USER,
        }
    }
}

impl std::str::FromStr for Role {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(Invalid::new("must be one of ADMIN, MANAGER, USER"))
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A permission, held or wanted: `order:update`, `order:*` or `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Cow<'static, str>);

impl Permission {
    const RULE: Invalid = Invalid::new("must be a permission such as order:read, order:* or *");

    /// A permission of our own source; the form of such literals is held by a test of the
    /// table they stand in.
    pub const fn of(literal: &'static str) -> Self {
        Self(Cow::Borrowed(literal))
    }

    /// Reads a permission: `*`, or a lower-case subject and an act or `*`, with a colon between.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let word = |w: &str| {
            !w.is_empty()
                && w.bytes()
                    .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'))
        };
        let sound = text == "*"
            || text
                .split_once(':')
                .is_some_and(|(subject, act)| word(subject) && (act == "*" || word(act)));
        if sound {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(Self::RULE)
        }
    }

    /// The permission as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether holding this grants what is wanted: `a:b` is granted by `a:b`, `a:*` and `*`;
    /// `a:*` by itself and `*` alone.
    pub fn grants(&self, wanted: &Permission) -> bool {
        let (held, wanted) = (self.as_str(), wanted.as_str());
        if held == "*" || held == wanted {
            return true;
        }
        match (held.strip_suffix(":*"), wanted.split_once(':')) {
            (Some(subject), Some((wanted, _))) => subject == wanted,
            _ => false,
        }
    }

    /// Whether any of those held grants this one.
    pub fn is_held_by<'a>(&self, held: impl IntoIterator<Item = &'a Permission>) -> bool {
        held.into_iter().any(|held| held.grants(self))
    }
}

word!(Permission, {
    "type": "string",
    "format": "permission",
    "pattern": "^(\\*|[a-z_-]+:(\\*|[a-z_-]+))$",
    "examples": ["order:read"]
});

#[cfg(test)]
mod tests;
