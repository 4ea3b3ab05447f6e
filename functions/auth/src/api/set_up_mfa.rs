//! `POST /api/v1/auth/mfa/setup`: begins to have signing in take a second factor.

use edge::{Call, Data, Doc, Endpoint, Problem, Shopper};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Auth;
use crate::error::MFA_ALREADY_ENABLED;
use crate::second_factor::Enrolment;

/// Sets up a second factor.
pub struct SetUpMfa;

/// What goes into an authenticator app and into a drawer. It is shown this once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MfaEnrolment")]
pub struct EnrolmentView {
    /// The secret in base 32, to be typed into the app.
    secret: String,
    /// The same as a URI, to be shown as a QR code and scanned.
    otpauth_uri: String,
    /// Codes for the day the device is lost, each good once.
    recovery_codes: Vec<String>,
}

impl From<Enrolment> for EnrolmentView {
    fn from(enrolment: Enrolment) -> Self {
        Self {
            secret: enrolment.secret,
            otpauth_uri: enrolment.otpauth_uri,
            recovery_codes: enrolment.recovery_codes,
        }
    }
}

impl Endpoint for SetUpMfa {
    const ROW: &'static Route = &routes::AUTH_SET_UP_MFA;
    const DOC: Doc = Doc {
        summary: "Set up a second factor",
        detail: "Signing in asks for it once a code of the app has confirmed it. Until then setting \
                 up again gives another one in its place.",
        problems: &[MFA_ALREADY_ENABLED],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Data<EnrolmentView>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        let enrolment = auth.set_up_mfa(identity.user).await?;
        Ok(Data::new(enrolment.into()))
    }
}
