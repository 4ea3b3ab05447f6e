//! Everything that is held on a user, for the user to take away.

use contracts::personal::{HoldsPersonalData, Reading};
use futures_util::future::try_join_all;
use futures_util::try_join;
use kernel::UserId;
use serde_json::{Map, Value, json};

use crate::Auth;
use crate::error::AuthError;
use crate::wire::{AddressView, AuditView, SessionView, UserView};

/// Sessions of one export. Those that are over go by themselves.
const SESSIONS: usize = 1_000;

impl Auth {
    /// Everything that is held on a user, by sections.
    ///
    /// # Errors
    /// When a holder cannot be read. Half an export would be a wrong one.
    pub async fn export(&self, user: UserId) -> Result<Map<String, Value>, AuthError> {
        self.active(user).await?;
        let readings = self
            .holders()
            .into_iter()
            .map(|holder| holder.held_on(user));
        let sections = try_join_all(readings).await.map_err(AuthError::Holder)?;
        Ok(sections.into_iter().flatten().collect())
    }

    /// Who holds data on people: a service that does is listed here, with its library's grants.
    fn holders(&self) -> Vec<&dyn HoldsPersonalData> {
        vec![self]
    }
}

/// What accounts hold. Hashes of passwords, tokens and codes are no data on a person but locks, and
/// stay out.
impl HoldsPersonalData for Auth {
    fn held_on(&self, user: UserId) -> Reading<'_> {
        Box::pin(async move {
            let (profile, book, sessions, devices, factor, records) = try_join!(
                self.store.user(user),
                self.store.book(user),
                self.store.sessions(user, SESSIONS),
                self.store.devices(user),
                self.store.second_factor(user),
                self.store.records(user),
            )?;
            let records = self.store.opened(records).await?;
            let factor = factor.filter(|factor| factor.confirmed);
            let sections = json!({
                "profile": profile.as_ref().map(UserView::from),
                "addresses": book.entries().map(AddressView::from).collect::<Vec<_>>(),
                "sessions": sessions.iter().map(SessionView::from).collect::<Vec<_>>(),
                "devices": devices.iter()
                    .map(|until| json!({ "rememberedUntil": until }))
                    .collect::<Vec<_>>(),
                "secondFactor": factor.map(|factor| json!({
                    "kind": "authenticator app",
                    "recoveryCodesLeft": factor.recovery.len(),
                })),
                "audit": records.iter().map(AuditView::from).collect::<Vec<_>>(),
            });
            match sections {
                Value::Object(sections) => Ok(sections),
                _ => Ok(Map::new()),
            }
        })
    }
}
