//! Users, and the claims that keep their addresses unique.

use aws::{Answered, Condition, Item, Key, TableError, Transaction, TransactionError, Update};
use contracts::Event;
use contracts::auth::{PasswordChanged, VerificationRequested};
use kernel::{Email, Phone, Role, Timestamp, UserId, text};
use serde::{Deserialize, Serialize};

use super::one_time::{self, TOKEN};
use super::sessions::{DeviceItem, SessionItem};
use super::{Store, StoreError, Written, attempts};
use crate::one_time::OneTime;
use crate::session::Session;
use crate::throttle::Counter;
use crate::user::{AuditHead, PasswordHash, Status, User};

/// Partitions over which the lists of users are spread: one takes a thousand writes a second, and
/// every change of a user is written to one.
pub(super) const SHARDS: u64 = 4;

const USER: &str = "user";
const EMAIL: &str = "email";
const OWN_EMAIL: &str = "own-email";
const TOKEN_VERSION: &str = "token-version";
const ADMINS: &str = "admins";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UserItem {
    id: UserId,
    email: Email,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<Phone>,
    role: Role,
    status: Status,
    email_verified: bool,
    mfa_enabled: bool,
    password: PasswordHash,
    token_version: u64,
    session_epoch: u64,
    audited: AuditHead,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,

    // The keys of the listing indexes.
    user_shard: String,
    email_key: String,
    name_key: String,
    created: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    staff: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inactive: Option<Status>,
}

impl Item for UserItem {
    const TYPE: &'static str = "user";

    fn key(&self) -> Key {
        user_key(self.id)
    }
}

impl From<&User> for UserItem {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            phone: user.phone.clone(),
            role: user.role,
            status: user.status,
            email_verified: user.email_verified,
            mfa_enabled: user.mfa_enabled,
            password: user.password.clone(),
            token_version: user.token_version,
            session_epoch: user.session_epoch,
            audited: user.audited.clone(),
            version: user.version,
            created_at: user.created_at,
            updated_at: user.updated_at,
            user_shard: shard(shard_of(user.id)),
            email_key: place(&user.email.canonical(), user.id),
            name_key: place(&text::sort_key(&user.name), user.id),
            created: place(&user.created_at.to_string(), user.id),
            staff: (user.role != Role::User).then_some(user.role),
            inactive: (user.status != Status::Active).then_some(user.status),
        }
    }
}

impl From<UserItem> for User {
    fn from(item: UserItem) -> Self {
        Self {
            id: item.id,
            email: item.email,
            name: item.name,
            phone: item.phone,
            role: item.role,
            status: item.status,
            email_verified: item.email_verified,
            mfa_enabled: item.mfa_enabled,
            password: item.password,
            token_version: item.token_version,
            session_epoch: item.session_epoch,
            audited: item.audited,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// The claim of an address. Only its holder's id stands in it: the address is the key.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct EmailClaim {
    email: String,
    user_id: UserId,
}

impl Item for EmailClaim {
    const TYPE: &'static str = "email";

    fn key(&self) -> Key {
        email_key(&self.email)
    }
}

/// The partition of everything that is a user's.
pub(super) fn partition(id: UserId) -> String {
    format!("user#{id}")
}

pub(super) fn user_key(id: UserId) -> Key {
    Key::new(partition(id), "user")
}

fn email_key(canonical: &str) -> Key {
    Key::new(format!("email#{canonical}"), "email")
}

/// The partition of the listing indexes that has this number.
pub(super) fn shard(number: u64) -> String {
    format!("users#{number}")
}

/// A place in a listing index: users of the same word stand in the order of their ids.
fn place(word: &str, id: UserId) -> String {
    format!("{word}{SEPARATOR}{id}")
}

/// What stands between a word and an id in a place of a listing index. No word has it.
pub(super) const SEPARATOR: char = '\t';

/// How many users are admins and may sign in.
#[derive(Debug, Serialize, Deserialize)]
struct AdminsItem {
    count: i64,
}

impl Item for AdminsItem {
    const TYPE: &'static str = "admins";

    fn key(&self) -> Key {
        admins_key()
    }
}

fn admins_key() -> Key {
    Key::new("admins", "count")
}

/// The condition that a user is there and may sign in, for what is put beside the user's row.
pub(super) fn is_active() -> Condition {
    Condition::expression("status = :active").value(":active", Status::Active)
}

/// The end of an id is random, its start is the time.
fn shard_of(id: UserId) -> u64 {
    id.uuid().as_u64_pair().1 % SHARDS
}

impl Store {
    /// A user.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let item: Option<UserItem> = self.table().get(user_key(id)).await?;
        Ok(item.map(User::from))
    }

    /// Who has an address, however it is written.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn holder_of(&self, email: &Email) -> Result<Option<UserId>, StoreError> {
        let claim: Option<EmailClaim> = self.table().get(email_key(&email.canonical())).await?;
        Ok(claim.map(|claim| claim.user_id))
    }

    /// Opens an account with its first session, and asks for the mail that proves the address.
    ///
    /// # Errors
    /// [`StoreError::EmailTaken`] when the address is another's.
    pub async fn register(
        &self,
        user: &User,
        session: &Session,
        device: &str,
        written: &Written,
    ) -> Result<(), StoreError> {
        let device = DeviceItem::seen(user.id, device, written.at);
        let requested = VerificationRequested { user_id: user.id };
        self.write_user(self.table().transaction(), None, user)?
            .put("session", &SessionItem::from(session), Condition::absent())
            .put("device", &device, Condition::none())
            .publish(&written.envelope(requested))
            .commit()
            .await
            .map_err(refusal)
    }

    /// Writes a user in place of what it was.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the user is not what `before` says.
    pub async fn replace_user(&self, before: &User, after: &User) -> Result<(), StoreError> {
        self.write_user(self.table().transaction(), Some(before), after)?
            .commit()
            .await
            .map_err(refusal)
    }

    /// Writes a user in place of what it was, with the answer to who asked for it.
    ///
    /// # Errors
    /// As for [`replace_user`](Self::replace_user).
    pub async fn change_user(
        &self,
        before: &User,
        after: &User,
        answered: &Answered<User>,
    ) -> Result<(), StoreError> {
        self.write_user(self.table().transaction(), Some(before), after)?
            .once(answered, after)
            .commit()
            .await
            .map_err(refusal)
    }

    /// Writes a user whose address a token has proved, and uses the token.
    ///
    /// # Errors
    /// [`StoreError::Stale`] as for [`replace_user`](Self::replace_user);
    /// [`StoreError::TokenUsed`] when somebody else was faster.
    pub async fn verify_email(
        &self,
        before: &User,
        after: &User,
        token: &OneTime,
    ) -> Result<(), StoreError> {
        let write = self.write_user(self.table().transaction(), Some(before), after)?;
        one_time::used(write, token).commit().await.map_err(refusal)
    }

    /// Writes a user with a new password, uses the token that allowed it, forgets failed tries
    /// with the old one, and asks for the mail that tells of it.
    ///
    /// # Errors
    /// As for [`verify_email`](Self::verify_email).
    pub async fn set_password(
        &self,
        before: &User,
        after: &User,
        token: Option<&OneTime>,
        written: &Written,
    ) -> Result<(), StoreError> {
        let changed = PasswordChanged { user_id: after.id };
        let failures = Counter::failures_of_account(&after.email.canonical());
        let mut write = self
            .write_user(self.table().transaction(), Some(before), after)?
            .delete("failures", attempts::key(&failures), Condition::none())
            .publish(&written.envelope(changed));
        if let Some(token) = token {
            write = one_time::used(write, token);
        }
        write.commit().await.map_err(refusal)
    }

    /// Tells an event that comes with no change of state.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn tell<E: Event>(&self, event: E, written: &Written) -> Result<(), StoreError> {
        let envelope = written.envelope(event);
        Ok(self
            .table()
            .transaction()
            .publish(&envelope)
            .commit()
            .await?)
    }

    /// The part of a transaction that writes a user: every one that does has it. It claims and
    /// frees addresses, ends the access tokens that the change ends, and counts the admins, of whom
    /// one must stay.
    pub(super) fn write_user(
        &self,
        write: Transaction,
        before: Option<&User>,
        after: &User,
    ) -> Result<Transaction, StoreError> {
        let unchanged =
            before.map_or_else(Condition::absent, |user| Condition::version(user.version));
        let mut write = write.put(USER, &UserItem::from(after), unchanged);
        let held = before.filter(|user| user.status != Status::Erased);
        let held = held.map(|user| user.email.canonical());
        let wanted = (after.status != Status::Erased).then(|| after.email.canonical());
        if held != wanted {
            if let Some(email) = wanted {
                let claim = EmailClaim {
                    email,
                    user_id: after.id,
                };
                write = write.put(EMAIL, &claim, Condition::absent());
            }
            if let Some(email) = held {
                let mine = Condition::expression("user_id = :mine").value(":mine", after.id);
                write = write.delete(OWN_EMAIL, email_key(&email), mine);
            }
        }
        let version = before.map_or(0, |user| user.token_version);
        if after.token_version > version {
            let versions = self.token_versions()?;
            let raised = after.token_version;
            write = write.raise_token_version(TOKEN_VERSION, versions, after.id, raised);
        }
        let was = before.is_some_and(User::is_acting_admin);
        let is = after.is_acting_admin();
        if was != is {
            let count = Update::new()
                .making::<AdminsItem>()
                .add("count", if is { 1 } else { -1 });
            let others = Condition::expression("count > :one").value(":one", 1);
            let count = if is { count } else { count.when(others) };
            write = write.update(ADMINS, admins_key(), count);
        }
        Ok(write)
    }

    pub(crate) fn token_versions(&self) -> Result<&aws::TokenVersions, StoreError> {
        self.versions.as_ref().ok_or_else(|| {
            let why = "this function does not know the versions of tokens";
            StoreError::Table(TableError::Fault(why.into()))
        })
    }
}

/// What a refused action means. That the user is another by now weighs most: what else was refused
/// was asked of the old one.
pub(super) fn refusal(error: TransactionError) -> StoreError {
    let refused = |name| error.refused(name);
    if refused(USER) || refused(OWN_EMAIL) || refused(TOKEN_VERSION) {
        // A new user has a new id, so of a registration only the address is refused.
        StoreError::Stale
    } else if refused(EMAIL) {
        StoreError::EmailTaken
    } else if refused(TOKEN) {
        StoreError::TokenUsed
    } else if refused(ADMINS) {
        StoreError::LastAdmin
    } else {
        error.into()
    }
}

#[cfg(test)]
mod tests;
