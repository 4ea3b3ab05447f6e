//! `POST /api/v1/auth/verify-email/resend`: asks for the mail that proves an address once more.

use edge::{Call, Doc, Endpoint, NoContent, Problem, Shopper};
use manifest::{Route, routes};

use super::written;
use crate::Auth;
use crate::error::TOO_MANY_ATTEMPTS;

/// Asks for the mail once more.
pub struct ResendVerification;

impl Endpoint for ResendVerification {
    const ROW: &'static Route = &routes::AUTH_RESEND_VERIFICATION;
    const DOC: Doc = Doc {
        summary: "Send the verification mail again",
        detail: "To an address that is verified already, nothing is sent. An account is sent five \
                 mails an hour that were asked for.",
        problems: &[TOO_MANY_ATTEMPTS],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let written = written(&call);
        let Shopper(identity) = call.caller;
        auth.resend_verification(identity.user, &written).await?;
        Ok(NoContent)
    }
}
