//! Words that every service uses, and nothing that does I/O.
//!
//! Each type holds one rule of the HTTP contract or of a public standard, so that a value of
//! the type is known to obey it. Nothing here knows HTTP, AWS or a service.
//!
//! Two habits hold throughout:
//!
//! * **Parsing refuses with the rule.** [`Invalid`] carries the sentence a caller may read
//!   (`must be …`), so the same words serve a problem's `errors`, an import's row report and a log.
//! * **Schemas carry a `format` that decides alone.** A type that a plain JSON Schema cannot
//!   describe has a `pattern` for readers and a `format` that [`format::check`] understands,
//!   so a validator needs no regular expressions.

pub mod clock;
pub mod country;
pub mod email;
pub mod fault;
pub mod format;
pub mod id;
mod invalid;
pub mod money;
pub mod name;
pub mod page;
pub mod permission;
pub mod phone;
pub mod quantity;
pub mod text;
pub mod token;
pub mod words;

pub use clock::{Clock, FixedClock, SystemClock, Timestamp};
pub use country::CountryCode;
pub use email::Email;
pub use fault::{Fault, Faults, Pointer};
pub use id::{
    AddressId, CancellationId, CartId, CategoryId, EventId, FileId, ImportId, JobId, LineId,
    OperationId, OrderId, PaymentId, ProductId, RefundId, RequestId, ReservationId, SessionId,
    UploadId, UserId, VariantId,
};
pub use invalid::Invalid;
pub use money::{Amount, AmountError, CurrencyCode, Decimal, Money, MoneyError};
pub use name::{Gtin, Sku, Slug};
pub use page::{Cursor, CursorError, Limit, Page};
pub use permission::{Permission, Role};
pub use phone::Phone;
pub use quantity::Quantity;
pub use token::{CartToken, OrderToken, TokenHash};

/// What the exported macros need; not part of the interface.
#[doc(hidden)]
pub mod private {
    pub use schemars;
    pub use serde;
    pub use uuid;
}
