//! `GET /.well-known/openid-configuration`: who issues our tokens, and where their keys are.

use aws::{Aws, StartError};
use edge::{Anyone, App, Bare, Call, Doc, Endpoint, Problem};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Serialize;

/// Describes the issuer.
pub struct Discover;

impl App for Issuer {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let environment = aws.environment();
        Ok(Self::of(
            environment.required("JWT_ISSUER")?,
            &environment.required("PUBLIC_URL")?,
        ))
    }
}

impl Issuer {
    fn of(issuer: String, root: &str) -> Self {
        let root = root.trim_end_matches('/');
        Self {
            issuer,
            jwks_uri: format!("{root}{}", routes::PLATFORM_KEYS.path),
            service_documentation: format!("{root}{}", routes::PLATFORM_DOCS.path),
            response_types_supported: &["token"],
            subject_types_supported: &["public"],
            id_token_signing_alg_values_supported: &["RS256"],
            claims_supported: &[
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "nbf",
                "jti",
                "userId",
                "email",
                "role",
                "permissions",
                "tv",
                "sid",
            ],
        }
    }
}

impl Endpoint for Discover {
    const ROW: &'static Route = &routes::PLATFORM_DISCOVERY;
    const DOC: Doc = Doc {
        summary: "Describe the token issuer",
        detail: "OpenID Connect discovery, as far as a checker of tokens needs it: the issuer, its keys and the \
                 algorithm. API Gateway's JWT authorizers read it.",
        problems: &[],
    };
    type App = Issuer;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Bare<Issuer>;

    async fn call(issuer: &Issuer, _call: Call<Self>) -> Result<Bare<Issuer>, Problem> {
        Ok(Bare {
            status: 200,
            body: issuer.clone(),
        })
    }
}

/// Who issues our tokens. The members and their names are OpenID Connect's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Issuer {
    /// What tokens have as `iss`.
    pub issuer: String,
    /// Where the public keys are.
    pub jwks_uri: String,
    /// Where the documentation is.
    pub service_documentation: String,
    /// Signing in gives a token straight away.
    pub response_types_supported: &'static [&'static str],
    /// Everybody is told the same id of a user.
    pub subject_types_supported: &'static [&'static str],
    /// How tokens are signed.
    pub id_token_signing_alg_values_supported: &'static [&'static str],
    /// What a token says.
    pub claims_supported: &'static [&'static str],
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_issuer_is_described_as_checkers_of_tokens_read_it() {
        let told = Issuer::of(
            "https://id.example.com".into(),
            "https://api.example.com/shop/",
        );
        let expected = json!({
            "issuer": "https://id.example.com",
            "jwks_uri": "https://api.example.com/shop/.well-known/jwks.json",
            "service_documentation": "https://api.example.com/shop/docs",
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported":
                ["sub", "iss", "aud", "exp", "iat", "nbf", "jti", "userId", "email", "role", "permissions", "tv", "sid"],
        });
        assert_eq!(serde_json::to_value(told).unwrap(), expected);
    }
}
