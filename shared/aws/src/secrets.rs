//! Secrets, read when they are needed and kept by nobody here.

use crate::{Aws, Cause};

/// Secrets Manager.
#[derive(Debug, Clone)]
pub struct Secrets(aws_sdk_secretsmanager::Client);

/// Why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no such secret, or it has no value yet.
    #[error("the secret has no value")]
    Absent,
    /// Trying again may help.
    #[error("the secret is not available")]
    Unavailable(#[source] Cause),
    /// The call was wrong, or not permitted.
    #[error("the secret was refused")]
    Fault(#[source] Cause),
}

impl Aws {
    /// The secrets that the function may read.
    pub fn secrets(&self) -> Secrets {
        Secrets(aws_sdk_secretsmanager::Client::new(
            &self.config("SECRETS_MANAGER"),
        ))
    }
}

impl Secrets {
    /// The present value of a secret, by its ARN or name.
    pub async fn read(&self, arn: &str) -> Result<String, SecretError> {
        let answer = self.0.get_secret_value().secret_id(arn).send().await;
        match answer {
            Ok(answer) => answer.secret_string.ok_or(SecretError::Absent),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_resource_not_found_exception()) =>
            {
                Err(SecretError::Absent)
            }
            Err(error) if crate::error::is_fault(&error) => {
                Err(SecretError::Fault(Box::new(error)))
            }
            Err(error) => Err(SecretError::Unavailable(Box::new(error))),
        }
    }

    /// Puts another value in the place of the present one, which Secrets Manager keeps as the
    /// previous.
    #[cfg(feature = "rotation")]
    pub async fn replace(&self, arn: &str, value: &str) -> Result<(), SecretError> {
        let put = self
            .0
            .put_secret_value()
            .secret_id(arn)
            .secret_string(value);
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) if crate::error::is_fault(&error) => {
                Err(SecretError::Fault(Box::new(error)))
            }
            Err(error) => Err(SecretError::Unavailable(Box::new(error))),
        }
    }
}
