//! What is deployed.

use std::sync::OnceLock;

use aws::Environment;
use kernel::Role;

use crate::{Account, Api, Signer};

/// The stage under test: the local cloud of `cargo xtask test`, or any other that the variables
/// name.
#[derive(Debug)]
pub struct Stage {
    /// Its name.
    pub name: String,
    api: Api,
    environment: Environment,
    /// Read when it is first asked for: who only reads needs none, and production gives none.
    signer: OnceLock<Signer>,
}

impl Stage {
    /// The stage that the variables name.
    ///
    /// # Panics
    /// When a variable is missing; the message says what sets it.
    pub fn from_env() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        STAGE.get_or_init(|| {
            let environment = Environment::process();
            Self {
                name: environment
                    .optional("STAGE")
                    .unwrap_or_else(|| "local".to_owned()),
                api: Api::at(required(&environment, "API_URL")),
                environment,
                signer: OnceLock::new(),
            }
        })
    }

    /// The API for nobody in particular.
    pub fn api(&self) -> Api {
        self.api.clone()
    }

    /// The API for the owner of the token that a variable holds: `ADMIN_TOKEN`, `MANAGER_TOKEN`,
    /// `USER_TOKEN`, `USER2_TOKEN`.
    ///
    /// # Panics
    /// When it is missing; the message says what sets it.
    pub fn holder_of(&self, variable: &str) -> Api {
        self.api.with_token(required(&self.environment, variable))
    }

    /// The API for somebody new in a role: with idempotency keys and buckets of their own.
    pub fn newcomer(&self, role: Role) -> Api {
        self.api.with_token(self.signer().token(role))
    }

    /// The API for a new manager.
    pub fn manager(&self) -> Api {
        self.newcomer(Role::Manager)
    }

    /// The API for a new shopper.
    pub fn user(&self) -> Api {
        self.newcomer(Role::User)
    }

    /// What signs the stage's tokens.
    ///
    /// # Panics
    /// When it is missing; the message says what sets it.
    pub fn signer(&self) -> &Signer {
        self.signer.get_or_init(|| {
            let signer = Signer::read(&required(&self.environment, "SIGNING_KEY_FILE"));
            match self.environment.optional("JWT_ISSUER") {
                Some(issuer) => signer.speaking_for(issuer),
                None => signer,
            }
        })
    }

    /// The account it is deployed to, as its owner.
    pub fn account(&self) -> Account {
        Account::of(&self.environment)
    }

    /// The physical name of a table or bucket.
    pub fn physical(&self, thing: &str) -> String {
        format!("{}-ultramarket-{thing}", self.name)
    }

    /// The deployed name of a function.
    pub fn function(&self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }
}

/// A variable, or the remedy.
pub(crate) fn required(environment: &Environment, name: &str) -> String {
    match environment.optional(name) {
        Some(value) => value,
        None => panic!(
            "the variable {name} is missing: run the tests with `cargo xtask test`, or run \
             `cargo xtask up --detach` and then `source .local/env`"
        ),
    }
}
