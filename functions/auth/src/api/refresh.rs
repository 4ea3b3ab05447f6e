//! `POST /api/v1/auth/refresh`: exchanges a refresh token for a new pair.

use edge::{Anyone, Call, Data, Doc, Endpoint, JsonBody, Problem};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::signed_in::SignedInView;
use crate::Auth;
use crate::error::{INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED};

/// Exchanges a refresh token for a new pair.
pub struct RefreshTokens;

/// The refresh token.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RefreshToken")]
pub struct Body {
    /// As it was given last.
    #[schemars(length(min = 1, max = 256))]
    refresh_token: String,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "refreshToken": "umr_AZu8PFoAfS6PECs8TV5vcAGbvDxaAH0ujxArPE1eb3AAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw" })
    }
}

impl Endpoint for RefreshTokens {
    const ROW: &'static Route = &routes::AUTH_REFRESH;
    const DOC: Doc = Doc {
        summary: "Refresh the tokens",
        detail: "Answers with a new pair; the old refresh token dies. One that was used before is \
                 in two hands, so the whole session ends, whoever of the two came first. The same \
                 goes for two refreshes at once: a client makes one at a time.",
        problems: &[REFRESH_TOKEN_REUSED, INVALID_REFRESH_TOKEN],
    };
    type App = Auth;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Data<SignedInView>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let signed_in = auth.refresh(&call.body.refresh_token, call.at).await?;
        Ok(Data::new(signed_in.into()))
    }
}
