//! An access token, as signing in would give it.

use anyhow::Result;
use jsonwebtoken::{Algorithm, Header};
use kernel::{Clock, Role, SystemClock, UserId};
use serde::Serialize;

use crate::key::SigningKey;

const DAY: u64 = 24 * 60 * 60;

/// What token is wanted.
pub struct Order {
    /// Whose.
    pub user: Option<UserId>,
    /// Their address; made from the role when absent.
    pub email: Option<String>,
    /// As what.
    pub role: Role,
    /// The version of their tokens.
    pub version: u64,
    /// For how long.
    pub days: u64,
    /// Who says so.
    pub issuer: String,
    /// To whom.
    pub audience: String,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            user: None,
            email: None,
            role: Role::User,
            version: 0,
            days: 7,
            issuer: "https://ultramarket.local".to_owned(),
            audience: "ultramarket".to_owned(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Claims<'a> {
    user_id: &'a str,
    email: &'a str,
    role: &'a str,
    permissions: Vec<&'a str>,
    sub: &'a str,
    jti: String,
    iss: &'a str,
    aud: &'a str,
    iat: u64,
    nbf: u64,
    exp: u64,
    /// The version of the account's tokens: signing out everywhere raises it.
    tv: u64,
}

impl Order {
    /// The signed token.
    pub fn sign(&self, key: &SigningKey) -> Result<String> {
        let email = self
            .email
            .clone()
            .unwrap_or_else(|| format!("{}@ultramarket.local", self.role.as_str().to_lowercase()));
        // The same address is always the same user, so that tokens of two starts agree.
        let user = self
            .user
            .unwrap_or_else(|| UserId::derive("local account", &email))
            .to_string();
        let now = u64::try_from(SystemClock.now().seconds())?;
        let mut header = Header::new(Algorithm::RS256);
        header.kid = key.id();
        let claims = Claims {
            user_id: &user,
            email: &email,
            role: self.role.as_str(),
            permissions: self
                .role
                .permissions()
                .iter()
                .map(|held| held.as_str())
                .collect(),
            sub: &user,
            jti: unguessable()?,
            iss: &self.issuer,
            aud: &self.audience,
            iat: now,
            nbf: now,
            exp: now + self.days * DAY,
            tv: self.version,
        };
        Ok(jsonwebtoken::encode(&header, &claims, key.encoding())?)
    }
}

/// The name of one token: 128 random bits.
fn unguessable() -> Result<String> {
    let mut bytes = [0_u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("no random numbers"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};

    use super::*;

    #[test]
    fn a_token_holds_against_the_public_set() {
        let key = SigningKey::generate().unwrap();
        let order = Order {
            role: Role::Manager,
            ..Order::default()
        };
        let token = order.sign(&key).unwrap();

        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.alg, Algorithm::RS256);
        assert_eq!(header.kid, key.id());
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&["ultramarket"]);
        validation.set_issuer(&["https://ultramarket.local"]);
        validation.validate_nbf = true;
        let held = jsonwebtoken::decode::<serde_json::Value>(
            &token,
            &DecodingKey::from_jwk(key.public()).unwrap(),
            &validation,
        )
        .unwrap()
        .claims;
        assert_eq!(held["role"], "MANAGER");
        assert_eq!(held["userId"], held["sub"]);
        assert!(held["userId"].as_str().unwrap().starts_with("usr_"));
        assert!(
            held["permissions"]
                .as_array()
                .unwrap()
                .contains(&"product:*".into())
        );
        let stranger = SigningKey::generate().unwrap();
        assert_ne!(stranger.id(), key.id());
    }

    #[test]
    fn the_same_address_is_the_same_user() {
        let key = SigningKey::generate().unwrap();
        let user = |email: &str| {
            let order = Order {
                email: Some(email.to_owned()),
                ..Order::default()
            };
            jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(
                &order.sign(&key).unwrap(),
            )
            .unwrap()
            .claims["userId"]
                .clone()
        };
        assert_eq!(user("a@ultramarket.local"), user("a@ultramarket.local"));
        assert_ne!(user("a@ultramarket.local"), user("b@ultramarket.local"));
    }
}
