//! Users and what is theirs, as clients read them.

use kernel::{AddressId, CountryCode, Email, Phone, Role, SessionId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::address::{Address, Entry};
use crate::audit::{Action, Actor, Record};
use crate::session::Session;
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

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Address")]
pub struct AddressView {
    /// Its id.
    id: AddressId,
    /// Whom it is for.
    name: String,
    /// Street and number.
    line1: String,
    /// What else the post needs.
    line2: Option<String>,
    /// The town.
    city: String,
    /// The state or province.
    region: Option<String>,
    /// The postal code.
    postal_code: Option<String>,
    /// The country.
    country: CountryCode,
    /// Whom the driver calls.
    phone: Option<Phone>,
    /// Whether it is taken where nobody says.
    default: bool,
    /// Rises by one with every change of the address itself.
    version: u64,
    /// When it was put into the book.
    created_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
}

impl From<Entry> for AddressView {
    fn from(entry: Entry) -> Self {
        let Address {
            id,
            place,
            version,
            created_at,
            updated_at,
        } = entry.address;
        Self {
            id,
            name: place.name,
            line1: place.line1,
            line2: place.line2,
            city: place.city,
            region: place.region,
            postal_code: place.postal_code,
            country: place.country,
            phone: place.phone,
            default: entry.is_default,
            version,
            created_at,
            updated_at,
        }
    }
}

/// A session, as its owner reads it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionView {
    id: SessionId,
    began_at: Timestamp,
    refreshed_at: Timestamp,
    expires_at: Timestamp,
}

impl From<&Session> for SessionView {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id,
            began_at: session.began_at,
            refreshed_at: session.refreshed_at,
            expires_at: session.expires,
        }
    }
}

/// A record of what was done to a user.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AuditRecord")]
pub struct AuditView {
    /// To whom it was done.
    user_id: UserId,
    /// Its number among the user's, from 1.
    number: u64,
    /// Who did it.
    actor: Actor,
    /// What was done.
    action: Action,
    /// When.
    at: Timestamp,
    /// What became of which field.
    changes: Vec<ChangeView>,
}

/// What became of a field.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AuditChange")]
struct ChangeView {
    /// The field.
    field: String,
    /// What it was.
    before: String,
    /// What it is.
    after: String,
}

impl From<&Record> for AuditView {
    fn from(record: &Record) -> Self {
        let changes = record.changes.iter().map(|change| ChangeView {
            field: change.field.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
        });
        Self {
            user_id: record.user,
            number: record.number,
            actor: record.actor,
            action: record.action,
            at: record.at,
            changes: changes.collect(),
        }
    }
}
