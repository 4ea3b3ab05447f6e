//! Users as clients read them.

use kernel::{Email, Phone, Role, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::user::{Status, User};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "User")]
pub struct UserView {
    /// Its id.
    id: UserId,
    /// Where we write to.
    email: Email,
    /// What the user is called.
    name: String,
    /// Where the user can be called.
    phone: Option<Phone>,
    /// What the user is to the shop.
    role: Role,
    /// Whether the user has proved that mail to the address arrives.
    email_verified: bool,
    /// Whether signing in takes a second factor.
    mfa_enabled: bool,
    /// Whether the user may sign in.
    status: Status,
    /// Rises by one with every change.
    version: u64,
    /// When the account was opened.
    created_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            phone: user.phone.clone(),
            role: user.role,
            email_verified: user.email_verified,
            mfa_enabled: user.mfa_enabled,
            status: user.status,
            version: user.version,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}
