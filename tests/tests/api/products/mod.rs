//! `/api/v1/products` and `/api/v1/categories`.

mod assignment;
mod categories;
mod counts;
mod journey;
mod listing;
mod model;
mod money;
mod reads;
mod unique;
mod variants;
mod versions;
mod visible;

use serde_json::{Value, json};
use testkit::{Api, Reply, Stage, unique};

/// A category of the test's own, and who looks after it.
pub struct Catalogue {
    /// A manager that no other test knows.
    pub staff: Api,
    /// The category's id.
    pub category: String,
}

impl Catalogue {
    /// Makes the category.
    pub fn new() -> Self {
        let staff = Stage::from_env().manager();
        let category = category(&staff, &unique("Shelf"), None);
        Self { staff, category }
    }

    /// The least that a product needs.
    pub fn draft(&self, name: &str) -> Value {
        json!({ "name": name, "price": 19.99, "categoryId": self.category })
    }

    /// The same with more fields, or others.
    pub fn draft_with(&self, name: &str, more: Value) -> Value {
        let mut draft = self.draft(name);
        for (field, value) in more.as_object().cloned().unwrap_or_default() {
            draft[field] = value;
        }
        draft
    }

    /// Asks for a product.
    pub fn create(&self, draft: &Value) -> Reply {
        self.staff.post("/api/v1/products", draft)
    }

    /// A product of this name.
    pub fn product(&self, name: &str) -> Value {
        self.create(&self.draft(name)).expect(201).data()
    }

    /// A product of this name, with more fields.
    pub fn product_with(&self, name: &str, more: Value) -> Value {
        self.create(&self.draft_with(name, more)).expect(201).data()
    }
}

/// Makes a category and gives its id.
pub fn category(staff: &Api, name: &str, parent: Option<&str>) -> String {
    let made = staff
        .post(
            "/api/v1/categories",
            &json!({ "name": name, "parentId": parent }),
        )
        .expect(201);
    text(&made.data(), "id")
}

/// The path of a product.
pub fn path(product: &Value) -> String {
    format!("/api/v1/products/{}", text(product, "id"))
}

/// A member that is text.
#[track_caller]
pub fn text(document: &Value, member: &str) -> String {
    let text = document[member].as_str();
    text.unwrap_or_else(|| panic!("{member} is no text in {document}"))
        .to_owned()
}
