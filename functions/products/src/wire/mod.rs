//! Products on the wire: as clients write them, and as they read them.

mod fields;
mod schema;
mod view;

pub use fields::{Fields, VariantFields, clearable, note};
pub use schema::fields_schema;
pub use view::{CategoryNode, ProductView, Rating, VariantView};
