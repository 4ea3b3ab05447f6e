//! A function's environment: settings, and where the things it is granted are.

use manifest::{Function, Grant, Trigger, grants_of};

/// Where a variable's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A setting of the stage: the root template's parameter of this name, or what follows from it.
    Setting(&'static str),
    /// A table's physical name.
    Table(&'static str),
    /// The ARN of a service's topic.
    Topic(&'static str),
    /// The URL of a consumer's queue.
    Queue(&'static str),
    /// A bucket's physical name.
    Bucket(&'static str),
    /// A secret's ARN.
    Secret(&'static str),
}

/// What every function is told.
pub const COMMON: &[(&str, Origin)] = &[
    ("DEFAULT_CURRENCY", Origin::Setting("DefaultCurrency")),
    ("STAGE", Origin::Setting("Stage")),
];

const HTTP: &[(&str, Origin)] = &[
    (
        "CORS_ALLOWED_ORIGINS",
        Origin::Setting("CorsAllowedOrigins"),
    ),
    ("JWT_AUDIENCE", Origin::Setting("JwtAudience")),
    ("JWT_ISSUER", Origin::Setting("JwtIssuer")),
    ("PUBLIC_URL", Origin::Setting("PublicUrl")),
];

/// The variables of a function beside the [`COMMON`] ones, sorted by name.
pub fn environment(function: &Function) -> Vec<(String, Origin)> {
    let mut variables: Vec<(String, Origin)> = Vec::new();
    if let Trigger::Http(route) = function.trigger {
        variables.extend(
            HTTP.iter()
                .map(|(name, origin)| (String::from(*name), *origin)),
        );
        if route.admits_tokens() {
            let platform = &manifest::resources::PLATFORM;
            variables.push((platform.env(), Origin::Table(platform.name)));
        }
    }
    for grant in grants_of(function.name) {
        variables.push(match grant {
            Grant::Reads(table) | Grant::Writes(table) | Grant::WritesUnder(table, _) => {
                (table.env(), Origin::Table(table.name))
            }
            Grant::Publishes(topic) => (topic.env(), Origin::Topic(topic.service)),
            Grant::Sends(source) => (source.queue_env(), Origin::Queue(source.name)),
            Grant::Gets(bucket, _) | Grant::Puts(bucket, _) => {
                (bucket.env(), Origin::Bucket(bucket.name))
            }
            // A setting of the stage, since a stage may be without a domain or bring its own.
            Grant::Searches(domain) | Grant::Indexes(domain) => (
                String::from(domain.env),
                Origin::Setting("OpenSearchEndpoint"),
            ),
            // It is known by the stage's name.
            Grant::Describes(_) => continue,
            Grant::Reveals(secret) => (secret.env(), Origin::Secret(secret.name)),
            Grant::Mails => {
                let sender = &manifest::settings::MAIL_SENDER;
                (String::from(sender.env), Origin::Setting(sender.parameter))
            }
            Grant::Told(setting) => (
                String::from(setting.env),
                Origin::Setting(setting.parameter),
            ),
        });
    }
    variables.sort_by(|one, other| one.0.cmp(&other.0));
    variables.dedup();
    variables
}
