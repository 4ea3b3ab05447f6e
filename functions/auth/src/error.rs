//! How the service fails, and what of it callers read.

use aws::{Cause, SecretError, TableError};
use edge::{Problem, Row, rows};
use kernel::Faults;

use crate::password::Unhashable;
use crate::sealed::Unsealable;
use crate::store::StoreError;
use crate::throttle::Allowance;

/// Somebody has an account with the address.
pub const EMAIL_TAKEN: Row = Row::new("email_taken", 409, "The e-mail address is taken");
/// No account has this address and this password. Which of the two is wrong is nobody's business.
pub const INVALID_CREDENTIALS: Row = Row::new(
    "invalid_credentials",
    401,
    "The e-mail address or the password is wrong",
);
/// The password is right, and a code is needed too.
pub const MFA_REQUIRED: Row = Row::new(
    "mfa_required",
    401,
    "A code of the authenticator app is needed",
);
/// Too many tries.
pub const TOO_MANY_ATTEMPTS: Row = Row::new("too_many_attempts", 429, "Too many attempts");
/// Staff have shut the user out.
pub const ACCOUNT_SUSPENDED: Row = Row::new("account_suspended", 403, "The account is suspended");
/// A refresh token came twice.
pub const REFRESH_TOKEN_REUSED: Row = Row::new(
    "refresh_token_reused",
    401,
    "The refresh token was used before, and its session has ended",
);
/// A refresh token of no session.
pub const INVALID_REFRESH_TOKEN: Row = Row::new(
    "invalid_refresh_token",
    401,
    "The refresh token is not good, or not any more",
);
/// A token of a mail that is used, too old, or none of ours.
pub const INVALID_TOKEN: Row = Row::new(
    "invalid_token",
    422,
    "The token is not good, or not any more",
);

/// A code of an authenticator app that is wrong, too old, or was used; or a recovery code.
pub const INVALID_MFA_CODE: Row = Row::new("invalid_mfa_code", 422, "The code is not good");
/// Signing in takes a second factor already.
pub const MFA_ALREADY_ENABLED: Row = Row::new(
    "mfa_already_enabled",
    409,
    "Signing in takes a second factor already",
);
/// No second factor was set up, or it was given up.
pub const MFA_NOT_SET_UP: Row = Row::new("mfa_not_set_up", 409, "There is no second factor");
/// The last admin stays one.
pub const LAST_ADMIN: Row = Row::new("last_admin", 409, "The shop would have no admin");
/// As many addresses as a user may have.
pub const ADDRESS_BOOK_FULL: Row = Row::new("address_book_full", 409, "The address book is full");

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[
    EMAIL_TAKEN,
    INVALID_CREDENTIALS,
    MFA_REQUIRED,
    TOO_MANY_ATTEMPTS,
    ACCOUNT_SUSPENDED,
    REFRESH_TOKEN_REUSED,
    INVALID_REFRESH_TOKEN,
    INVALID_TOKEN,
    INVALID_MFA_CODE,
    MFA_ALREADY_ENABLED,
    MFA_NOT_SET_UP,
    LAST_ADMIN,
    ADDRESS_BOOK_FULL,
];

/// Why the service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// There is no such thing, or the caller may not see it.
    #[error("there is no such thing")]
    NotFound,
    /// What was asked breaks rules.
    #[error("the request breaks rules")]
    Invalid(Faults),
    /// The thing has another version than the caller knows.
    #[error("the current version is {current}")]
    Changed {
        /// Its version.
        current: u64,
    },
    /// The same things were changed by others again and again.
    #[error("the thing was changed by others each time it was tried")]
    Busy,
    /// Another run of the same operation took over.
    #[error("the operation was taken over by another run")]
    TakenOver,
    /// The address is another user's.
    #[error("the address is taken")]
    EmailTaken(Allowance),
    /// Address or password is wrong; so many more tries are left.
    #[error("the credentials are wrong")]
    InvalidCredentials(Allowance),
    /// The password is right, and a code is needed too.
    #[error("a code is needed")]
    MfaRequired,
    /// There were too many failed tries, or too many of something else.
    #[error("too many attempts")]
    TooManyAttempts(Allowance),
    /// Too many accounts were opened from the network address.
    #[error("too many registrations")]
    TooManyRegistrations(Allowance),
    /// Staff have shut the user out.
    #[error("the account is suspended")]
    Suspended,
    /// The refresh token came twice.
    #[error("the refresh token was used before")]
    RefreshTokenReused,
    /// The refresh token is of no session.
    #[error("the refresh token is not good")]
    InvalidRefreshToken,
    /// The token of a mail is not good.
    #[error("the token is not good")]
    InvalidToken,
    /// The code of the second factor is not good.
    #[error("the code is not good")]
    InvalidMfaCode,
    /// There is a second factor already.
    #[error("there is a second factor already")]
    MfaAlreadyEnabled,
    /// There is no second factor.
    #[error("there is no second factor")]
    MfaNotSetUp,
    /// The user is the last admin who may sign in.
    #[error("the user is the last admin")]
    LastAdmin,
    /// The user has as many addresses as one may have.
    #[error("the address book is full")]
    AddressBookFull,
    /// Somebody who holds data on the user could not be read.
    #[error("data on the user could not be read")]
    Holder(#[source] Cause),
    /// Secrets Manager failed.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A password could not be hashed.
    #[error(transparent)]
    Unhashable(#[from] Unhashable),
    /// Something could not be sealed or opened, or the machine has no chance to give.
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
    /// A mail was not sent.
    #[error(transparent)]
    Mail(#[from] aws::MailError),
    /// A mail could not be written.
    #[error("a mail could not be written")]
    Template(#[from] minijinja::Error),
    /// Something that cannot fail did.
    #[error("{0}")]
    Fault(String),
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The function was not given what this needs.
    #[error("this function has no {0}")]
    NotGranted(&'static str),
}

impl AuthError {
    /// One field that breaks a rule.
    pub fn invalid(pointer: &str, rule: impl std::fmt::Display) -> Self {
        let mut faults = Faults::new();
        faults.add(pointer, rule);
        Self::Invalid(faults)
    }
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Busy,
            StoreError::ClaimLost => Self::TakenOver,
            StoreError::EmailTaken => Self::Fault(error.to_string()),
            StoreError::TokenUsed => Self::InvalidToken,
            StoreError::LastAdmin => Self::LastAdmin,
            StoreError::BookFull => Self::AddressBookFull,
            StoreError::Table(error) => Self::Table(error),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::NotFound => rows::NOT_FOUND.into(),
            AuthError::Invalid(faults) => Self::invalid(faults),
            AuthError::Changed { current } => Self::stale(current),
            AuthError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            AuthError::EmailTaken(allowance) => {
                limited(Self::new(EMAIL_TAKEN), allowance).fault("/email", "is taken")
            }
            AuthError::InvalidCredentials(allowance) => {
                limited(challenge(INVALID_CREDENTIALS), allowance)
            }
            AuthError::MfaRequired => challenge(MFA_REQUIRED),
            AuthError::TooManyAttempts(allowance) => refused(TOO_MANY_ATTEMPTS, allowance),
            AuthError::TooManyRegistrations(allowance) => refused(rows::RATE_LIMITED, allowance),
            AuthError::Suspended => ACCOUNT_SUSPENDED.into(),
            AuthError::RefreshTokenReused => challenge(REFRESH_TOKEN_REUSED),
            AuthError::InvalidRefreshToken => challenge(INVALID_REFRESH_TOKEN),
            AuthError::InvalidToken => Self::new(INVALID_TOKEN).fault("/token", "is not good"),
            AuthError::InvalidMfaCode => Self::new(INVALID_MFA_CODE).fault("/code", "is not good"),
            AuthError::MfaAlreadyEnabled => Self::new(MFA_ALREADY_ENABLED)
                .detail("Give it up first: POST /api/v1/auth/mfa/disable."),
            AuthError::MfaNotSetUp => {
                Self::new(MFA_NOT_SET_UP).detail("Set it up: POST /api/v1/auth/mfa/setup.")
            }
            AuthError::LastAdmin => LAST_ADMIN.into(),
            AuthError::AddressBookFull => Self::new(ADDRESS_BOOK_FULL).detail(format!(
                "A user has at most {} addresses.",
                crate::address::MOST
            )),
            AuthError::Secret(SecretError::Unavailable(_))
            | AuthError::Holder(_)
            | AuthError::Mail(aws::MailError::Unavailable(_))
            | AuthError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            AuthError::Table(error) => error.into(),
            AuthError::Secret(_)
            | AuthError::Mail(_)
            | AuthError::Template(_)
            | AuthError::Unhashable(_)
            | AuthError::Unsealable(_)
            | AuthError::Fault(_)
            | AuthError::NotGranted(_) => Self::new(rows::INTERNAL).cause(error),
        }
    }
}

/// Every 401 names a scheme (RFC 9110).
fn challenge(row: Row) -> Problem {
    Problem::new(row).header("www-authenticate", "Bearer")
}

fn limited(problem: Problem, allowance: Allowance) -> Problem {
    headers(allowance)
        .into_iter()
        .fold(problem, |problem, (name, value)| {
            problem.header(name, value)
        })
}

fn refused(row: Row, allowance: Allowance) -> Problem {
    let seconds = allowance.reset_s.max(1).to_string();
    limited(Problem::new(row), allowance).header("retry-after", seconds)
}

/// How callers are told what is left of a limit.
pub(crate) fn headers(allowance: Allowance) -> [(&'static str, String); 3] {
    [
        ("ratelimit-limit", allowance.limit.to_string()),
        ("ratelimit-remaining", allowance.remaining.to_string()),
        ("ratelimit-reset", allowance.reset_s.to_string()),
    ]
}
