//! Mails that events ask for.
//!
//! A request never waits for a mail, and fails for none: it writes an event with its change, and
//! the mail is sent when the event is heard. The token in a mail's link derives from the event, so
//! that a mail that is written again says the same; the table has its hash alone.

use std::time::Duration;

use aws::{Aws, Mail, Secrets, StartError};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts::auth::{
    PasswordChanged, PasswordResetRequested, SignedInFromNewDevice, VerificationRequested,
};
use contracts::{Envelope, Event, Unreadable};
use kernel::{EventId, Timestamp, UserId};
use manifest::{resources, settings};
use tokio::sync::OnceCell;

use crate::Auth;
use crate::error::AuthError;
use crate::mail::{Mails, Occasion, Said};
use crate::one_time::{OneTime, Purpose};
use crate::store::Due;
use crate::user::{Status, User};

/// What mails are written and sent with.
#[derive(Debug)]
pub struct Mailer {
    mail: Mail,
    mails: Mails,
    shop: String,
    secrets: Secrets,
    secret: String,
    key: OnceCell<hmac::Key>,
}

impl Mailer {
    /// What this function mails with; none where it may not.
    pub(crate) fn start(aws: &Aws) -> Result<Option<Self>, StartError> {
        let environment = aws.environment();
        let Some(secret) = environment.optional(&resources::MAIL_TOKEN_KEY.env()) else {
            return Ok(None);
        };
        Ok(Some(Self {
            mail: aws.mail(),
            mails: Mails::new().map_err(|error| StartError::unreadable("the mails", error))?,
            shop: environment.setting(&settings::STOREFRONT_URL),
            secrets: aws.secrets(),
            secret,
            key: OnceCell::new(),
        }))
    }

    /// The one-time token of an event.
    async fn token(&self, purpose: Purpose, event: EventId) -> Result<String, AuthError> {
        let read = async || {
            let secret = self.secrets.read(&self.secret).await?;
            Ok::<_, AuthError>(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
        };
        let key = self.key.get_or_try_init(read).await?;
        let told = format!("{}|{event}", purpose.as_str());
        Ok(URL_SAFE_NO_PAD.encode(hmac::sign(key, told.as_bytes())))
    }
}

/// A mail that an event asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailDue {
    event: EventId,
    at: Timestamp,
    user: UserId,
    occasion: Occasion,
}

impl MailDue {
    /// Reads an event.
    ///
    /// # Errors
    /// When it is none that asks for a mail.
    pub fn read(heard: Envelope) -> Result<Self, Unreadable> {
        fn due<E: Event>(
            heard: Envelope,
            occasion: Occasion,
            user: fn(E) -> UserId,
        ) -> Result<MailDue, Unreadable> {
            let heard = heard.read::<E>()?;
            Ok(MailDue {
                event: heard.id,
                at: heard.occurred_at,
                user: user(heard.data),
                occasion,
            })
        }
        match heard.event_type.as_ref() {
            PasswordResetRequested::TYPE => {
                due::<PasswordResetRequested>(heard, Occasion::PasswordReset, |it| it.user_id)
            }
            PasswordChanged::TYPE => {
                due::<PasswordChanged>(heard, Occasion::PasswordChanged, |it| it.user_id)
            }
            SignedInFromNewDevice::TYPE => {
                due::<SignedInFromNewDevice>(heard, Occasion::NewDevice, |it| it.user_id)
            }
            _ => due::<VerificationRequested>(heard, Occasion::Verification, |it| it.user_id),
        }
    }

    /// What the mail's link is good for, and until when.
    fn link(&self) -> Option<(Purpose, Timestamp)> {
        let (purpose, life) = match self.occasion {
            Occasion::Verification => (Purpose::VerifyEmail, Duration::from_hours(24)),
            Occasion::PasswordReset => (Purpose::ResetPassword, Duration::from_hours(1)),
            Occasion::PasswordChanged | Occasion::NewDevice => return None,
        };
        Some((purpose, self.at.plus(life)))
    }
}

impl Auth {
    /// Sends the mail that an event asks for, once. Only a function that dies between sending and
    /// noting it sends it again.
    pub async fn send_mail(&self, due: MailDue, now: Timestamp) -> Result<(), AuthError> {
        let mailer = self.mailer()?;
        let user = self.store.user(due.user).await?;
        let Some(user) = user.filter(|user| is_wanted(user, due.occasion)) else {
            return Ok(());
        };
        let link = due.link();
        if link.is_some_and(|(_, expires)| expires <= now) {
            // Nobody waits for it any more.
            return Ok(());
        }
        match self.store.take_mail(due.event, now).await? {
            Due::Sent => return Ok(()),
            Due::Elsewhere => return Err(AuthError::Busy),
            Due::Yours => {}
        }
        let token = match link {
            Some((purpose, expires)) => {
                let token = mailer.token(purpose, due.event).await?;
                let kept = OneTime {
                    hash: OneTime::hash_of(&token),
                    purpose,
                    user: user.id,
                    email: user.email.canonical(),
                    tv: user.token_version,
                    expires,
                    used: false,
                };
                self.store.keep_one_time(&kept).await?;
                Some(token)
            }
            None => None,
        };
        let letter = mailer.mails.write(
            due.occasion,
            &Said {
                name: &user.name,
                at: &spoken(due.at),
                shop: &mailer.shop,
                token: token.as_deref(),
            },
        )?;
        let letter = aws::Letter {
            subject: &letter.subject,
            text: &letter.text,
            html: &letter.html,
        };
        mailer.mail.send(&user.email, &letter).await?;
        Ok(self.store.mail_sent(due.event).await?)
    }

    fn mailer(&self) -> Result<&Mailer, AuthError> {
        self.mailer.as_ref().ok_or(AuthError::NotGranted("mails"))
    }
}

/// Whether there is somebody to write to, and anything left to be proven.
fn is_wanted(user: &User, occasion: Occasion) -> bool {
    let proven = occasion == Occasion::Verification && user.email_verified;
    user.status != Status::Erased && !proven
}

/// A time for readers: `2026-01-31 09:05 UTC`.
fn spoken(at: Timestamp) -> String {
    let text = at.to_string();
    match text.split_once('T') {
        Some((day, time)) => format!("{day} {} UTC", time.get(..5).unwrap_or(time)),
        None => text,
    }
}

#[cfg(test)]
mod tests;
