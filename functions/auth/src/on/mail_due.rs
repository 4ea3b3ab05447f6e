//! Hears of what users are to be written about, and writes.

use contracts::Envelope;
use edge::{Consumer, Setback, Trace};
use kernel::{Clock, SystemClock};
use manifest::{Source, consumers};

use crate::{Auth, mailing};

/// Sends mails.
pub struct MailDue;

impl Consumer for MailDue {
    const ROW: &'static Source = &consumers::AUTH_ON_MAIL_DUE;
    type App = Auth;

    async fn on(auth: &Auth, heard: Envelope, _: Trace) -> Result<(), Setback> {
        let due = mailing::MailDue::read(heard)?;
        Ok(auth.send_mail(due, SystemClock.now()).await?)
    }
}
