//! What a sign-in answers.

use edge::{Answer, Links, Reply, ReplyDoc};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;

use crate::error::headers;
use crate::sign_in::SignedIn;
use crate::throttle::Allowance;
use crate::wire::UserView;

/// Who signed in, and a pair of tokens.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SignedIn")]
pub struct SignedInView {
    /// Who.
    user: UserView,
    /// What calls are authorised with: a JWT.
    access_token: String,
    /// What the next pair is had for, once. Nothing is to be read in it.
    refresh_token: String,
    /// How the access token is sent.
    #[schemars(extend("const" = "Bearer"))]
    token_type: &'static str,
    /// Seconds until the access token ends.
    expires_in: u64,
}

impl From<SignedIn> for SignedInView {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            user: UserView::from(&signed_in.user),
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            token_type: "Bearer",
            expires_in: signed_in.expires_in_s,
        }
    }
}

/// A reply that tells what is left of a limit.
#[derive(Debug)]
pub struct Limited<R> {
    reply: R,
    allowance: Allowance,
}

impl<R> Limited<R> {
    /// The reply, and what is left.
    pub const fn new(reply: R, allowance: Allowance) -> Self {
        Self { reply, allowance }
    }
}

impl<R: Reply> Reply for Limited<R> {
    fn into_answer(self, links: &Links) -> Answer {
        let mut answer = self.reply.into_answer(links);
        let limits = headers(self.allowance);
        let limits = limits.map(|(name, value)| (name.to_owned(), value));
        answer.headers.extend(limits);
        answer
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        R::describe(generator)
    }
}
