//! How the service fails, and what of it callers read.

use aws::{SecretError, TableError};
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
    /// Secrets Manager failed.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A password could not be hashed.
    #[error(transparent)]
    Unhashable(#[from] Unhashable),
    /// Something could not be sealed or opened, or the machine has no chance to give.
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
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
            AuthError::Secret(SecretError::Unavailable(_)) | AuthError::Busy => {
                Self::new(rows::UNAVAILABLE).cause(error)
            }
            AuthError::Table(error) => error.into(),
            AuthError::Secret(_)
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
