//! What the auth service tells.
//!
//! Its events carry ids alone: no address, no token, nothing that an erasure would have to reach.

use kernel::{SessionId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Event;

/// A user's address is to be proven: a mail with a link is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerificationRequested {
    /// The user.
    pub user_id: UserId,
}

/// Somebody asked for a new password of a user: a mail with a link is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordResetRequested {
    /// The user.
    pub user_id: UserId,
}

/// A user's password is another one, and the sessions that it began have ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordChanged {
    /// The user.
    pub user_id: UserId,
}

/// A user signed in from a device that was not seen before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedInFromNewDevice {
    /// The user.
    pub user_id: UserId,
    /// The session that began.
    pub session_id: SessionId,
}

/// A user's personal data was erased. Who keeps any of it erases it too; books stay, under the id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserErased {
    /// The user.
    pub user_id: UserId,
}

impl Event for VerificationRequested {
    const TYPE: &'static str = "auth.verification-requested.v1";
}

impl Event for PasswordResetRequested {
    const TYPE: &'static str = "auth.password-reset-requested.v1";
}

impl Event for PasswordChanged {
    const TYPE: &'static str = "auth.password-changed.v1";
}

impl Event for SignedInFromNewDevice {
    const TYPE: &'static str = "auth.signed-in-from-new-device.v1";
}

impl Event for UserErased {
    const TYPE: &'static str = "auth.user-erased.v1";
}
