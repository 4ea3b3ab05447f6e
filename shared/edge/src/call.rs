//! One call of an endpoint, with everything checked.

use crate::answer::without_secrets;
use crate::endpoint::Endpoint;
use crate::problem::Problem;
use crate::reply::{Links, Reply};
use crate::trace::Trace;
use aws::{Answered, Operation};
use kernel::Timestamp;

/// What an endpoint is called with.
#[derive(Debug)]
pub struct Call<E: Endpoint> {
    /// Who calls.
    pub caller: E::Caller,
    /// The path's parameters.
    pub params: E::Params,
    /// The query string.
    pub query: E::Query,
    /// The body.
    pub body: E::Body,
    /// The version that `If-Match` asks for; 0, which no resource has, for a tag that is not ours.
    pub if_match: Option<u64>,
    /// The operation: its id is the same when the request is tried again with its key, so ids of
    /// everything it makes are derived from it.
    pub operation: Operation,
    /// When the request came.
    pub at: Timestamp,
    /// The network address that the request came from, as the gateway saw it.
    pub source_ip: String,
    /// What the client says that it is.
    pub user_agent: Option<String>,
    /// Where it stands in its trace; events carry it on.
    pub trace: Trace,
    /// What the sender of a webhook has signed the body with (`Stripe-Signature`).
    pub signature: Option<String>,
    /// The media types that the client accepts, as it sent them.
    pub accept: Option<String>,
    pub(crate) links: Links,
}

impl<E: Endpoint> Call<E> {
    /// The operation together with how its effect is answered. The store keeps that answer in the
    /// same transaction as the effect, so that a retry after a crash replays it; headers that hand
    /// out secrets are not kept.
    pub fn answered_by<T, R: Reply>(
        &self,
        reply: impl Fn(&T) -> R + Send + Sync + 'static,
    ) -> Answered<T> {
        let links = self.links.clone();
        self.operation
            .answered_by(move |effect: &T| without_secrets(reply(effect).into_answer(&links)))
    }

    /// Lets a change pass unless `If-Match` asked for another version.
    ///
    /// # Errors
    /// 412 with the current version.
    pub fn must_match(&self, current: u64) -> Result<(), Problem> {
        match self.if_match {
            Some(wanted) if wanted != current => Err(Problem::stale(current)),
            _ => Ok(()),
        }
    }
}
