//! What the walk is configured with; the same for every endpoint of a stage.

use crate::reply::Links;
use aws::{Environment, StartError};
use std::sync::Arc;

/// The walk's configuration, read once when the function starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The stage's name, a dimension of the metrics: stages share an account.
    pub stage: Arc<str>,
    /// Where the API is reached from outside; links start with it.
    pub links: Links,
    /// Who issues the tokens that are accepted.
    pub issuer: Arc<str>,
    /// Whom those tokens are for.
    pub audience: Arc<str>,
    /// Origins whose pages may read our answers.
    pub cors_origins: Arc<[String]>,
}

impl Settings {
    /// Whether pages of this origin may read our answers.
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.cors_origins
            .iter()
            .any(|allowed| allowed == origin || allowed == "*")
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        let origins = environment
            .optional("CORS_ALLOWED_ORIGINS")
            .unwrap_or_default();
        Ok(Self {
            stage: environment.required("STAGE")?.into(),
            links: Links::new(&environment.optional("PUBLIC_URL").unwrap_or_default()),
            issuer: environment.required("JWT_ISSUER")?.into(),
            audience: environment.required("JWT_AUDIENCE")?.into(),
            cors_origins: origins
                .split(',')
                .map(|origin| origin.trim().to_owned())
                .filter(|origin| !origin.is_empty())
                .collect(),
        })
    }
}
