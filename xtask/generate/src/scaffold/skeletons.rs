//! What a new function's file looks like. The skeletons are compiled with the tests, so that what
//! is written from them compiles.

pub(super) const ENDPOINT: &str = include_str!("skeletons/endpoint.rs");
pub(super) const CONSUMER: &str = include_str!("skeletons/consumer.rs");
pub(super) const SCHEDULE: &str = include_str!("skeletons/schedule.rs");

#[cfg(test)]
#[allow(clippy::todo, dead_code)]
mod consumer;
#[cfg(test)]
#[allow(clippy::todo, dead_code)]
mod endpoint;
#[cfg(test)]
#[allow(clippy::todo, dead_code)]
mod schedule;

/// Stands for the service that a skeleton becomes a part of.
#[cfg(test)]
pub struct Service;

#[cfg(test)]
impl edge::App for Service {
    async fn start(_aws: &aws::Aws) -> Result<Self, aws::StartError> {
        Ok(Self)
    }
}
