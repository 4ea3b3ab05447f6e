//! The domain that a search engine runs in, as AWS describes it.

use aws_sdk_opensearch::operation::describe_domain::DescribeDomainError;

use super::EngineError;
use crate::{Aws, StartError};

/// A stage's search domain.
#[derive(Debug)]
pub struct SearchDomain {
    client: aws_sdk_opensearch::Client,
    name: String,
}

/// How a domain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainState {
    /// Whether it is being changed or upgraded, and may be slow or moving its data.
    pub processing: bool,
    /// The bytes that its data nodes can hold together; none where AWS does not say.
    pub capacity: Option<u64>,
}

const GIB: u64 = 1024 * 1024 * 1024;

impl Aws {
    /// A domain, by the name that it has in this stage.
    ///
    /// # Errors
    /// When the stage has no name.
    pub fn search_domain(&self, domain: &manifest::Domain) -> Result<SearchDomain, StartError> {
        let stage = self.environment().required("STAGE")?;
        Ok(SearchDomain {
            client: aws_sdk_opensearch::Client::new(&self.config("OPENSEARCH")),
            name: domain.physical(&stage),
        })
    }
}

impl SearchDomain {
    /// How the domain is; none where the stage's engine is no domain of this account.
    ///
    /// # Errors
    /// When AWS does not say.
    pub async fn state(&self) -> Result<Option<DomainState>, EngineError> {
        let answer = self
            .client
            .describe_domain()
            .domain_name(&self.name)
            .send()
            .await;
        let described = match answer {
            Ok(described) => described,
            Err(error) => {
                let absent = error
                    .as_service_error()
                    .is_some_and(DescribeDomainError::is_resource_not_found_exception);
                return if absent {
                    Ok(None)
                } else if crate::error::is_fault(&error) {
                    Err(EngineError::Fault(error.into()))
                } else {
                    Err(EngineError::Unavailable(error.into()))
                };
            }
        };
        Ok(described.domain_status().map(|status| {
            let flags = [status.processing(), status.upgrade_processing()];
            let nodes = status
                .cluster_config()
                .and_then(|cluster| cluster.instance_count());
            let volume = status
                .ebs_options()
                .and_then(|volumes| volumes.volume_size());
            let count = |number: i32| u64::try_from(number).unwrap_or(0);
            DomainState {
                processing: flags.contains(&Some(true)),
                capacity: nodes
                    .zip(volume)
                    .map(|(nodes, gib)| count(nodes) * count(gib) * GIB),
            }
        }))
    }
}
