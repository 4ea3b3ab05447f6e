//! Access tokens: checked here, minted elsewhere.
//!
//! RS256 only, since API Gateway's own JWT authorizers take no other family. The public keys are
//! an item of the platform's table, read over the connection that the function opens anyway.

use crate::caller::Identity;
use aws::{PublicKeys, Table, TableError, TokenVersions};
use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode, decode_header, jwk::JwkSet,
};
use kernel::{Permission, Role, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    /// The user's id.
    pub user_id: String,
    /// The user's address.
    pub email: String,
    /// The user's role.
    pub role: Role,
    /// What the user may do.
    pub permissions: Vec<Permission>,
    /// The user's id again, under its registered name.
    pub sub: String,
    /// The token's own id.
    pub jti: String,
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// When it was issued, in seconds.
    pub iat: i64,
    /// When it begins to be good, in seconds.
    #[serde(default)]
    pub nbf: i64,
    /// When it ends, in seconds.
    pub exp: i64,
    /// The version of the user's tokens: a change of role or password raises it.
    pub tv: u64,
    /// The session that it was minted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
}

/// Clocks may differ by this much.
const LEEWAY: Duration = Duration::from_secs(30);
/// An unknown key makes us look for new ones, but no more often than this.
const REFRESH: Duration = Duration::from_secs(30);
/// A key that is known is trusted no longer than this without being read again, so that one that
/// was withdrawn ends everywhere.
const KEPT: Duration = Duration::from_mins(5);
/// Our tokens have well under 2 KB; what is longer is not ours.
const LONGEST: usize = 4096;

/// Checks access tokens.
#[derive(Debug)]
pub struct Verifier {
    table: Option<Table>,
    validation: Validation,
    keys: Mutex<Keys>,
}

#[derive(Debug, Default)]
struct Keys {
    by_id: HashMap<String, DecodingKey>,
    read_at: Option<Timestamp>,
}

impl Verifier {
    /// A verifier whose keys stand in the platform's table. Where they cannot be read now, the first
    /// request that needs them tries again, and is answered 503 if they still cannot.
    pub async fn reading(table: Table, issuer: &str, audience: &str, at: Timestamp) -> Self {
        let keys = match load(&table).await {
            Ok(by_id) => Keys {
                by_id,
                read_at: Some(at),
            },
            Err(_) => Keys::default(),
        };
        Self {
            table: Some(table),
            ..Self::holding(keys, issuer, audience)
        }
    }

    /// A verifier for endpoints that look at no tokens.
    pub fn none() -> Self {
        Self::holding(Keys::default(), "", "")
    }

    fn holding(keys: Keys, issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = LEEWAY.as_secs();
        validation.validate_nbf = true;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self {
            table: None,
            validation,
            keys: Mutex::new(keys),
        }
    }

    /// Who a good token is; none for any other, whatever is wrong with it.
    ///
    /// A token that is sound by itself is held against its user's version of tokens in a strongly
    /// consistent read, so that one that was ended is refused from the next request on.
    ///
    /// # Errors
    /// When the version, or new keys, cannot be read.
    pub async fn identify(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Identity>, TableError> {
        let Some(claims) = self.verify(token, now).await? else {
            return Ok(None);
        };
        let version = claims.tv;
        let (Some(identity), Some(table)) = (Identity::from_claims(claims), &self.table) else {
            return Ok(None);
        };
        let current = TokenVersions::of(table.clone())
            .current(identity.user)
            .await?;
        Ok((version == current).then_some(identity))
    }

    /// The claims of a token that is sound by itself.
    async fn verify(&self, token: &str, now: Timestamp) -> Result<Option<Claims>, TableError> {
        if token.len() > LONGEST {
            return Ok(None);
        }
        let Ok(header) = decode_header(token) else {
            return Ok(None);
        };
        let Some(kid) = acceptable(&header) else {
            return Ok(None);
        };
        let Some(key) = self.key(kid, now).await? else {
            return Ok(None);
        };
        Ok(decode::<Claims>(token, &key, &self.validation)
            .ok()
            .map(|data| data.claims)
            .filter(|claims| claims.sub == claims.user_id)
            .filter(|claims| claims.iat <= now.plus(LEEWAY).seconds()))
    }

    async fn key(&self, kid: &str, now: Timestamp) -> Result<Option<DecodingKey>, TableError> {
        let (known, stale) = {
            let keys = self
                .keys
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let known = keys.by_id.get(kid).cloned();
            let kept = if known.is_some() { KEPT } else { REFRESH };
            let stale = keys.read_at.is_none_or(|read| now.since(read) >= kept);
            (known, stale)
        };
        let Some(table) = self.table.as_ref().filter(|_| stale) else {
            return Ok(known);
        };
        let by_id = load(table).await?;
        let key = by_id.get(kid).cloned();
        *self
            .keys
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Keys {
            by_id,
            read_at: Some(now),
        };
        Ok(key)
    }
}

/// The key's id, from a header such as we write: nothing embedded, nothing fetched, nothing critical.
fn acceptable(header: &Header) -> Option<&str> {
    let plain = header.jwk.is_none()
        && header.jku.is_none()
        && header.x5u.is_none()
        && header.x5c.is_none()
        && header.crit.is_none();
    let ours = header.alg == Algorithm::RS256 && header.typ.as_deref() == Some("JWT");
    header.kid.as_deref().filter(|_| plain && ours)
}

async fn load(table: &Table) -> Result<HashMap<String, DecodingKey>, TableError> {
    let public = PublicKeys::load(table).await?;
    let Ok(set) = serde_json::from_str::<JwkSet>(&public.jwks) else {
        return Ok(HashMap::new());
    };
    Ok(set
        .keys
        .iter()
        .filter_map(|key| Some((key.common.key_id.clone()?, DecodingKey::from_jwk(key).ok()?)))
        .collect())
}
