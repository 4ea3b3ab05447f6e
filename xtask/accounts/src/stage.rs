//! The accounts of a stage, by way of the service's own library.

use anyhow::{Context, Result, bail, ensure};
use auth::audit::Actor;
use auth::password::Password;
use auth::store::Written;
use auth::user::{AdminChanges, User};
use auth::{Applicant, Auth, Client, UserQuery};
use aws::{Aws, Environment, Operation, StoredAnswer};
use edge::App;
use kernel::{Clock, Email, OperationId, Role, SystemClock, UserId};
use manifest::resources;

/// The one stage whose accounts have a password that everybody knows.
pub const LOCAL: &str = "local";

/// A stage.
pub struct Stage(Auth);

impl Stage {
    /// The stage of this name.
    pub async fn open(name: &str) -> Result<Self> {
        Self::in_environment(name, Environment::process()).await
    }

    /// A stage whose accounts may be made up: the local one, on this machine.
    pub async fn to_seed(name: &str) -> Result<Self> {
        let environment = Environment::process();
        may_seed(name, &environment)?;
        Self::in_environment(name, environment).await
    }

    async fn in_environment(name: &str, environment: Environment) -> Result<Self> {
        let physical = |thing: &str| format!("{name}-ultramarket-{thing}");
        let environment = environment
            .with(resources::AUTH.env(), physical(resources::AUTH.name))
            .with(
                resources::PLATFORM.env(),
                physical(resources::PLATFORM.name),
            )
            .with(
                resources::SIGNING_KEYS.env(),
                physical(resources::SIGNING_KEYS.name),
            )
            // Nothing that is minted here leaves this process.
            .with("JWT_ISSUER", "nobody")
            .with("JWT_AUDIENCE", "nobody");
        let aws = Aws::connect(environment).await?;
        Ok(Self(Auth::start(&aws).await?))
    }

    /// Who has an address.
    pub async fn holder_of(&self, email: &Email) -> Result<Option<User>> {
        let query = UserQuery {
            q: Some(email.canonical()),
            ..UserQuery::default()
        };
        let page = self.0.users(&query).await?;
        let has_it = |user: &User| user.email.canonical() == email.canonical();
        Ok(page.items.into_iter().find(has_it))
    }

    /// Opens an account. Its id follows from its address, so it is the same on every machine.
    pub async fn register(&self, email: &Email, name: &str, password: &str) -> Result<UserId> {
        let applicant = Applicant {
            email: email.clone(),
            name: name.to_owned(),
            phone: None,
            password: Password::given(password),
        };
        let client = Client {
            address: "127.0.0.1".to_owned(),
            agent: String::new(),
        };
        let written = Written {
            at: SystemClock.now(),
            traceparent: None,
            operation: OperationId::derive("local account", email.as_str()),
        };
        let (signed_in, _) = self.0.register(applicant, &client, &written).await?;
        Ok(signed_in.user.id)
    }

    /// Gives the holder of an address a role, on record.
    pub async fn appoint(&self, email: &Email, role: Role) -> Result<User> {
        let holder = self.holder_of(email).await?;
        let user = holder.with_context(|| format!("nobody has the address {}", email.as_str()))?;
        let changes = AdminChanges {
            role: Some(role),
            ..AdminChanges::default()
        };
        let operation = OperationId::from_uuid(uuid::Uuid::now_v7());
        // Nobody waits for an answer, and none is kept.
        let unasked = Operation::unclaimed(operation).answered_by(|_: &User| StoredAnswer {
            status: 204,
            headers: Vec::new(),
            body: Vec::new(),
        });
        let at = SystemClock.now();
        let done = self
            .0
            .administer(user.id, &changes, None, Actor::System, &unasked, at)
            .await?;
        Ok(done)
    }
}

/// Refuses to make up accounts anywhere but on this machine's local stage.
fn may_seed(name: &str, environment: &Environment) -> Result<()> {
    ensure!(
        name == LOCAL,
        "accounts with a known password are for the local stage alone, not for `{name}`"
    );
    let endpoint = environment.optional("AWS_ENDPOINT_URL").unwrap_or_default();
    let host = endpoint.strip_prefix("http://").unwrap_or_default();
    let host = host.split([':', '/']).next().unwrap_or_default();
    if !matches!(host, "127.0.0.1" | "localhost") {
        bail!("AWS_ENDPOINT_URL names no local cloud of this machine: nothing is seeded");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_seeded_into_a_stage_that_is_not_local() {
        for (stage, endpoint, may) in [
            ("local", "http://127.0.0.1:4566", true),
            ("local", "http://localhost:4566/", true),
            ("prod", "http://127.0.0.1:4566", false),
            ("dev", "http://127.0.0.1:4566", false),
            ("", "http://127.0.0.1:4566", false),
            ("Local", "http://127.0.0.1:4566", false),
            ("local", "", false),
            (
                "local",
                "https://dynamodb.eu-central-1.amazonaws.com",
                false,
            ),
            ("local", "http://127.0.0.1.example.com", false),
            ("local", "http://localhost@example.com", false),
        ] {
            let environment = Environment::of([("AWS_ENDPOINT_URL", endpoint)]);
            let allowed = may_seed(stage, &environment).is_ok();
            assert_eq!(allowed, may, "{stage} at {endpoint}");
        }
    }
}
