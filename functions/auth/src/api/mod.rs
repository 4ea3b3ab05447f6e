//! The HTTP endpoints, one file each.

mod address_fields;
mod addresses_create;
mod addresses_delete;
mod addresses_list;
mod addresses_update;
mod change_password;
mod confirm_mfa;
mod disable_mfa;
mod forgot_password;
mod login;
mod logout;
mod logout_all;
mod refresh;
mod register;
mod resend_verification;
mod reset_password;
mod set_up_mfa;
mod signed_in;
mod users_erase_me;
mod users_export_me;
mod users_me;
mod users_update_me;
mod verify_email;

pub use addresses_create::CreateAddress;
pub use addresses_delete::DeleteAddress;
pub use addresses_list::ListAddresses;
pub use addresses_update::UpdateAddress;
pub use change_password::ChangePassword;
pub use confirm_mfa::ConfirmMfa;
pub use disable_mfa::DisableMfa;
pub use forgot_password::RequestPasswordReset;
pub use login::SignIn;
pub use logout::SignOut;
pub use logout_all::SignOutEverywhere;
pub use refresh::RefreshTokens;
pub use register::RegisterUser;
pub use resend_verification::ResendVerification;
pub use reset_password::ResetPassword;
pub use set_up_mfa::SetUpMfa;
pub use users_erase_me::EraseAccount;
pub use users_export_me::ExportAccount;
pub use users_me::GetProfile;
pub use users_update_me::UpdateProfile;
pub use verify_email::VerifyEmail;

use edge::{Call, Data, Endpoint};
use kernel::{Faults, Pointer};
use schemars::Schema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::password::Password;
use crate::sign_in::Client;
use crate::store::Written;
use crate::user::User;
use crate::wire::UserView;

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

/// 200 with a user.
fn shown(user: &User) -> Data<UserView> {
    Data::new(UserView::from(user)).version(user.version)
}

/// What is left out is left as it is; null is not a way to say so.
fn without_default(schema: &mut Schema) {
    schema.remove("default");
}

/// Tells a field that is null from one that is left out.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
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
