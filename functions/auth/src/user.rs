//! Users: what an account is, and what becomes of it.

use std::fmt;

use kernel::{Email, Invalid, Phone, Role, Timestamp, UserId, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most characters of a person's name.
pub const NAME_MAX: usize = 200;

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Where we write to; an erased user has an address that leads nowhere.
    pub email: Email,
    /// What the user is called; an erased user has no name.
    pub name: String,
    /// Where the user can be called.
    pub phone: Option<Phone>,
    /// What the user is to the shop.
    pub role: Role,
    /// Whether the user may sign in.
    pub status: Status,
    /// Whether the user has proved that mail to the address arrives.
    pub email_verified: bool,
    /// Whether signing in takes a second factor.
    pub mfa_enabled: bool,
    /// What passwords are checked with; nobody signs in as a user without it.
    pub password: PasswordHash,
    /// The version of the user's access tokens: those with a lower one are refused.
    pub token_version: u64,
    /// The epoch of the user's sessions: those that began in an earlier one are over. It is
    /// counted and not timed, since the clocks of two machines do not say which of two came first.
    pub session_epoch: u64,
    /// Where the record of what was done to the user ends.
    pub audited: AuditHead,
    /// Rises by one with every change.
    pub version: u64,
    /// When the account was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Whether a user may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Status {
    /// The user may.
    Active,
    /// Staff have shut the user out.
    Suspended,
    /// The user is gone; the row stays, for the books speak of it.
    Erased,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Erased];

    /// As it stands on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Erased => "erased",
        }
    }
}

/// A password's hash with its parameters (a PHC string). It shows itself to nobody by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// What no password matches.
    pub const NONE: Self = Self(String::new());

    /// A hash that was made elsewhere.
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// Where a chain of audit records ends: its length, and the hash of the last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// How many records there are.
    pub length: u64,
    /// The hash of the last one in hexadecimal; empty where there is none.
    pub hash: String,
}

/// Who registers.
#[derive(Debug)]
pub struct Registration {
    /// The new user's id.
    pub id: UserId,
    /// The address.
    pub email: Email,
    /// The name, as [`name`] gave it.
    pub name: String,
    /// The phone number.
    pub phone: Option<Phone>,
    /// The hash of the password.
    pub password: PasswordHash,
}

/// What users change of themselves; `None` is as before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChanges {
    /// The name, as [`name`] gave it.
    pub name: Option<String>,
    /// The phone number; `Some(None)` is none any more.
    pub phone: Option<Option<Phone>>,
}

/// What administrators change of a user; `None` is as before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdminChanges {
    /// The role.
    pub role: Option<Role>,
    /// Whether the user may sign in.
    pub suspended: Option<bool>,
    /// The name, as [`name`] gave it.
    pub name: Option<String>,
}

/// Reads a person's name: one visible line of at most [`NAME_MAX`] characters.
///
/// # Errors
/// The rule that it breaks.
pub fn name(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    if let Some(rule) = words::broken_line(text) {
        return Err(Invalid::new(rule));
    }
    if text.chars().count() > NAME_MAX {
        return Err(Invalid::new("must have at most 200 characters"));
    }
    Ok(text.to_owned())
}

impl User {
    /// A new user, as anybody becomes one: active, unverified, with no rights but over their own.
    pub fn register(new: Registration, at: Timestamp) -> Self {
        Self {
            id: new.id,
            email: new.email,
            name: new.name,
            phone: new.phone,
            role: Role::User,
            status: Status::Active,
            email_verified: false,
            mfa_enabled: false,
            password: new.password,
            token_version: 0,
            session_epoch: 0,
            audited: AuditHead::default(),
            version: 1,
            created_at: at,
            updated_at: at,
        }
    }

    /// Whether the user may sign in.
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// Whether the user is one of the admins that a shop must have one of.
    pub fn is_acting_admin(&self) -> bool {
        self.role == Role::Admin && self.is_active()
    }

    /// The user with a change made at a time: the one place where versions rise.
    #[must_use]
    pub fn changed(&self, at: Timestamp, change: impl FnOnce(&mut Self)) -> Self {
        let mut after = self.clone();
        change(&mut after);
        after.version = self.version + 1;
        after.updated_at = at.max(self.updated_at);
        after
    }

    /// The user with other words about them. What changes nothing is no change.
    #[must_use]
    pub fn with_profile(&self, asked: &ProfileChanges, at: Timestamp) -> Self {
        let name = asked.name.as_ref().unwrap_or(&self.name);
        let phone = asked.phone.as_ref().unwrap_or(&self.phone);
        if (name, phone) == (&self.name, &self.phone) {
            return self.clone();
        }
        self.changed(at, |user| {
            user.name.clone_from(name);
            user.phone.clone_from(phone);
        })
    }

    /// The user as an administrator wants them. Another role or status ends all access tokens, so
    /// that it holds at once; being shut out ends the sessions too.
    #[must_use]
    pub fn administered(&self, asked: &AdminChanges, at: Timestamp) -> Self {
        let name = asked.name.as_ref().unwrap_or(&self.name);
        let role = asked.role.unwrap_or(self.role);
        let status = match asked.suspended {
            Some(true) => Status::Suspended,
            Some(false) => Status::Active,
            None => self.status,
        };
        let rights = (role, status) != (self.role, self.status);
        if !rights && *name == self.name {
            return self.clone();
        }
        let shut_out = status != Status::Active;
        self.changed(at, |user| {
            user.name.clone_from(name);
            user.role = role;
            user.status = status;
            user.token_version += u64::from(rights);
            user.session_epoch += u64::from(shut_out);
        })
    }

    /// The user with every session and access token ended, as a new password or a wish ends them.
    #[must_use]
    pub fn signed_out(&self, at: Timestamp) -> Self {
        self.changed(at, |user| {
            user.token_version += 1;
            user.session_epoch += 1;
        })
    }

    /// The user with another password, which ends whatever the old one began.
    #[must_use]
    pub fn with_password(&self, password: PasswordHash, at: Timestamp) -> Self {
        let mut after = self.signed_out(at);
        after.password = password;
        after
    }

    /// What stays of an erased user: the id that orders and ledgers know, and no word about the
    /// person. The address is one that no mail is ever delivered to (RFC 2606).
    ///
    /// # Errors
    /// Never, for an id makes an address; the type of addresses does not know that.
    pub fn erased(&self, at: Timestamp) -> Result<Self, Invalid> {
        let nowhere = Email::parse(&format!("{}@erased.invalid", self.id))?;
        Ok(self.signed_out(at).with_nothing_personal(nowhere))
    }

    fn with_nothing_personal(mut self, nowhere: Email) -> Self {
        self.email = nowhere;
        self.name = String::new();
        self.phone = None;
        self.role = Role::User;
        self.status = Status::Erased;
        self.email_verified = false;
        self.mfa_enabled = false;
        self.password = PasswordHash::NONE;
        self
    }
}

#[cfg(test)]
mod tests;
