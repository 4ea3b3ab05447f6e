//! A saved card as its owner sees it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::processor::Method;

/// A saved card. Its number is the processor's alone.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentMethod")]
pub struct MethodView {
    /// The processor's token of it.
    id: String,
    /// `visa`.
    brand: String,
    /// The last four digits.
    last4: String,
    /// The month it is good to the end of.
    exp_month: u32,
    /// The year of that month.
    exp_year: u32,
}

impl From<Method> for MethodView {
    fn from(method: Method) -> Self {
        Self {
            id: method.id,
            brand: method.brand,
            last4: method.last4,
            exp_month: method.exp_month,
            exp_year: method.exp_year,
        }
    }
}
