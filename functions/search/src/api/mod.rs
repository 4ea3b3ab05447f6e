//! The HTTP endpoints, one file each.

mod facets;
mod index;
mod job;
mod remove;
mod rule_fields;
mod rules_create;
mod rules_delete;
mod rules_list;
mod rules_update;
mod search;
mod suggestions;

pub use index::IndexProducts;
pub use job::GetJob;
pub use remove::RemoveFromIndex;
pub use rules_create::CreateRule;
pub use rules_delete::DeleteRule;
pub use rules_list::ListRules;
pub use rules_update::UpdateRule;
pub use search::SearchProducts;
pub use suggestions::Suggest;
