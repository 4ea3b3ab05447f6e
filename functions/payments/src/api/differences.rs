//! `GET /api/v1/payments/ledger/differences`: where the processor's books and the ledger differ.

use edge::{Call, Doc, Endpoint, List, Problem, QueryParams, Staff};
use kernel::{CurrencyCode, Cursor, Decimal, Limit, Timestamp};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Payments;
use crate::reconciliation::{Difference, DifferenceKind};

/// Lists differences.
pub struct ListDifferences;

/// Which page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    limit: Option<Limit>,
    /// Where the page starts: `nextCursor` of the page before.
    cursor: Option<Cursor>,
}

impl QueryParams for Asked {}

/// A difference.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Difference")]
pub struct DifferenceView {
    /// What it is of: the processor's id of the movement, or an entry of the ledger.
    subject: String,
    kind: DifferenceKind,
    /// The payment, refund or deposit that it is for, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// What the ledger says has come in at the processor; below 0 what went out.
    ledger: Decimal,
    /// What the processor says.
    processor: Decimal,
    currency: CurrencyCode,
    moved_at: Timestamp,
    found_at: Timestamp,
    /// When it was found to be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_at: Option<Timestamp>,
}

impl From<&Difference> for DifferenceView {
    fn from(difference: &Difference) -> Self {
        Self {
            subject: difference.subject.clone(),
            kind: difference.kind,
            reference: difference.reference.clone(),
            ledger: difference.ledger.amount(),
            processor: difference.processor.amount(),
            currency: difference.processor.currency,
            moved_at: difference.moved_at,
            found_at: difference.found_at,
            resolved_at: difference.resolved_at,
        }
    }
}

impl Endpoint for ListDifferences {
    const ROW: &'static Route = &routes::PAYMENTS_DIFFERENCES;
    const DOC: Doc = Doc {
        summary: "List differences to the processor's books",
        detail: "What the hourly reconciliation has found, that of which the money moved last first. \
                 One that is gone by itself, such as what was only late, has `resolvedAt`.",
        problems: &[],
    };
    type App = Payments;
    type Caller = Staff;
    type Params = ();
    type Query = Asked;
    type Body = ();
    type Reply = List<DifferenceView>;

    async fn call(payments: &Payments, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let limit = call.query.limit.unwrap_or_default();
        let page = payments
            .differences(call.query.cursor.as_ref(), limit)
            .await?;
        let shown = page.items.iter().map(DifferenceView::from).collect();
        Ok(List::new(shown, limit.get().into(), page.next))
    }
}
