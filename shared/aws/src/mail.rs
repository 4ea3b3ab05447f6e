//! Mails, sent through SES.

use aws_sdk_ses::error::ProvideErrorMetadata;
use aws_sdk_ses::types::{Body, Content, Destination, Message};
use kernel::Email;
use manifest::settings::MAIL_SENDER;

use crate::{Aws, Cause};

/// Sends mails from the stage's sender.
#[derive(Debug, Clone)]
pub struct Mail {
    client: aws_sdk_ses::Client,
    sender: String,
}

/// What is written, to whomever.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The subject.
    pub subject: &'a str,
    /// The text, for readers of plain text.
    pub text: &'a str,
    /// The same in HTML.
    pub html: &'a str,
}

/// Why a mail was not sent. What SES says of it may name the address, so only its code is kept.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Trying again may help.
    #[error("mails cannot be sent now")]
    Unavailable(#[source] Cause),
    /// The mail, its sender or its reader is not accepted.
    #[error("the mail was refused")]
    Refused(#[source] Cause),
}

impl Aws {
    /// Sends mails, for a function that may.
    pub fn mail(&self) -> Mail {
        Mail {
            client: aws_sdk_ses::Client::new(&self.config("SES")),
            sender: self.environment().setting(&MAIL_SENDER),
        }
    }
}

impl Mail {
    /// Sends a letter to one reader.
    ///
    /// # Errors
    /// When it was not sent. After a lost answer it may have been.
    pub async fn send(&self, to: &Email, letter: &Letter<'_>) -> Result<(), MailError> {
        let refused = |error| MailError::Refused(Box::new(error));
        let content = |text: &str| Content::builder().charset("UTF-8").data(text).build();
        let body = Body::builder()
            .text(content(letter.text).map_err(refused)?)
            .html(content(letter.html).map_err(refused)?)
            .build();
        let message = Message::builder()
            .subject(content(letter.subject).map_err(refused)?)
            .body(body)
            .build();
        let sent = self
            .client
            .send_email()
            .source(&self.sender)
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .message(message)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => {
                let code: Cause = match error.as_service_error() {
                    Some(answer) => answer.code().unwrap_or("unknown").into(),
                    None => crate::error::chain(&error).into(),
                };
                Err(if crate::error::is_fault(&error) {
                    MailError::Refused(code)
                } else {
                    MailError::Unavailable(code)
                })
            }
        }
    }
}
