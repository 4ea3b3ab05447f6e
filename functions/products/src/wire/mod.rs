//! Products on the wire: as clients write them in bodies and files, and as they read them.

pub mod columns;
mod distinct;
mod fields;
mod row;
mod schema;
mod view;

pub use distinct::Distinct;
pub use fields::{Fields, VariantFields, check_amounts, clearable, note};
pub use row::Row;
pub use schema::{fields_schema, new_fields_schema};
pub use view::{CategoryNode, ProductView, Rating, VariantView};
