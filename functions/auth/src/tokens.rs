//! Access tokens, minted. They are checked in `edge`.

use std::time::Duration;

use aws::{Aws, SigningKey, SigningKeys, StartError};
use edge::Claims;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::{Clock, SessionId, SystemClock, Timestamp};
use manifest::{resources, settings};

use crate::error::AuthError;
use crate::sealed::random;
use crate::user::User;

/// What mints access tokens.
#[derive(Debug)]
pub struct AccessTokens {
    keys: SigningKeys,
    issuer: String,
    audience: String,
    life: Duration,
}

impl AccessTokens {
    /// What this function mints with; none where it may not.
    pub(crate) async fn start(aws: &Aws) -> Result<Option<Self>, StartError> {
        let environment = aws.environment();
        let Some(arn) = environment.optional(&resources::SIGNING_KEYS.env()) else {
            return Ok(None);
        };
        let life = environment.duration(&settings::ACCESS_TOKEN_LIFE)?;
        if life > aws::signing_keys::LONGEST_TOKEN {
            let name = settings::ACCESS_TOKEN_LIFE.env;
            return Err(StartError::malformed(name, "it must be at most 24h"));
        }
        let tokens = Self {
            keys: SigningKeys::new(aws.secrets(), arn),
            issuer: environment.required("JWT_ISSUER")?,
            audience: environment.required("JWT_AUDIENCE")?,
            life,
        };
        // Read while the function starts. Where it cannot be, the first request tries again.
        let _ = tokens.keys.current(SystemClock.now()).await;
        Ok(Some(tokens))
    }

    /// How long a token is good.
    pub const fn life(&self) -> Duration {
        self.life
    }

    /// The key to sign with, to be had before anything is written that a token is to follow.
    pub(crate) async fn key(&self, at: Timestamp) -> Result<Signing<'_>, AuthError> {
        let key = self.keys.current(at).await?;
        Ok(Signing { tokens: self, key })
    }
}

/// A key to sign with.
#[derive(Debug)]
pub(crate) struct Signing<'a> {
    tokens: &'a AccessTokens,
    key: std::sync::Arc<SigningKey>,
}

impl Signing<'_> {
    /// A token for a user in a session.
    pub(crate) fn mint(
        &self,
        user: &User,
        session: SessionId,
        at: Timestamp,
    ) -> Result<String, AuthError> {
        let claims = claims(self.tokens, user, session, at)?;
        let header = Header {
            kid: Some(self.key.kid.clone()),
            ..Header::new(Algorithm::RS256)
        };
        let minted = EncodingKey::from_rsa_pem(self.key.pem.as_bytes())
            .and_then(|key| jsonwebtoken::encode(&header, &claims, &key));
        // The error says what is wrong with a key, and never what the key is.
        minted.map_err(|error| AuthError::Fault(error.to_string()))
    }
}

fn claims(
    tokens: &AccessTokens,
    user: &User,
    session: SessionId,
    at: Timestamp,
) -> Result<Claims, AuthError> {
    let jti: [u8; 16] = random()?;
    Ok(Claims {
        user_id: user.id.to_string(),
        email: user.email.as_str().to_owned(),
        role: user.role,
        permissions: user.role.permissions().to_vec(),
        sub: user.id.to_string(),
        jti: jti.iter().map(|byte| format!("{byte:02x}")).collect(),
        iss: tokens.issuer.clone(),
        aud: tokens.audience.clone(),
        iat: at.seconds(),
        nbf: at.seconds(),
        exp: at.plus(tokens.life).seconds(),
        tv: user.token_version,
        sid: Some(session),
    })
}

#[cfg(test)]
mod tests;
