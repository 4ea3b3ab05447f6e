//! What the service hears, one file for each thing.

mod mail_due;

pub use mail_due::MailDue;
