//! The HTTP endpoints, one file each.

mod change_password;
mod forgot_password;
mod login;
mod logout;
mod logout_all;
mod refresh;
mod register;
mod resend_verification;
mod reset_password;
mod signed_in;
mod verify_email;

pub use change_password::ChangePassword;
pub use forgot_password::RequestPasswordReset;
pub use login::SignIn;
pub use logout::SignOut;
pub use logout_all::SignOutEverywhere;
pub use refresh::RefreshTokens;
pub use register::RegisterUser;
pub use resend_verification::ResendVerification;
pub use reset_password::ResetPassword;
pub use verify_email::VerifyEmail;

use edge::{Call, Endpoint};
use kernel::{Faults, Pointer};
use serde_json::Value;

use crate::password::Password;
use crate::sign_in::Client;
use crate::store::Written;

/// When, in which trace and for which operation a call writes.
fn written<E: Endpoint>(call: &Call<E>) -> Written {
    Written {
        at: call.at,
        traceparent: Some(call.trace.traceparent()),
        operation: call.operation.id,
    }
}

/// Where a call comes from.
fn client<E: Endpoint>(call: &Call<E>) -> Client {
    Client {
        address: call.source_ip.clone(),
        agent: call.user_agent.clone().unwrap_or_default(),
    }
}

/// Holds a password that was chosen to the rules, where the schema has found nothing.
fn chosen(document: &Value, field: &str, faults: &mut Faults) {
    let place = Pointer::root().field(field);
    if let Some(text) = document[field].as_str()
        && !faults.has(place.as_str())
    {
        faults.take(place, Password::choose(text, &[]));
    }
}
