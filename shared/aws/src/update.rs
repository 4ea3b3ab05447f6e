//! Changes of an item in place.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::condition::Expression;
use crate::item::{self, SCHEMA, TYPE};
use crate::{Condition, Item};

/// A change of some attributes of an item. Without a condition it makes the item when there is
/// none: say `when(Condition::present())`, or [`making`](Self::making) what it makes.
#[derive(Debug, Clone)]
pub struct Update {
    steps: Vec<Step>,
    condition: Condition,
    fault: Option<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Set(String, AttributeValue),
    SetIfAbsent(String, AttributeValue),
    Add(String, AttributeValue),
    Remove(String),
}

impl Default for Update {
    fn default() -> Self {
        Self::new()
    }
}

impl Update {
    /// No change yet.
    pub const fn new() -> Self {
        Self {
            steps: Vec::new(),
            condition: Condition::none(),
            fault: None,
        }
    }

    /// Gives the item its type and schema when this update is what makes it.
    #[must_use]
    pub fn making<T: Item>(self) -> Self {
        self.set_if_absent(TYPE, T::TYPE)
            .set_if_absent(SCHEMA, T::SCHEMA)
    }

    /// Sets an attribute, or a path such as `prices.EUR` whose parents are there.
    #[must_use]
    pub fn set(self, attribute: &str, value: impl Serialize) -> Self {
        self.step(attribute, value, Step::Set)
    }

    /// Sets an attribute that is not there.
    #[must_use]
    pub fn set_if_absent(self, attribute: &str, value: impl Serialize) -> Self {
        self.step(attribute, value, Step::SetIfAbsent)
    }

    /// Adds to a number, from nought when it is not there. Takes whole numbers only.
    #[must_use]
    pub fn add(self, attribute: &str, number: i64) -> Self {
        self.step(attribute, number, Step::Add)
    }

    /// Adds a text to a set of texts, which is made when it is not there. A text that is in it
    /// already is in it once.
    #[must_use]
    pub fn include(mut self, attribute: &str, text: impl Into<String>) -> Self {
        let texts = AttributeValue::Ss(vec![text.into()]);
        self.steps.push(Step::Add(attribute.to_owned(), texts));
        self
    }

    /// Removes an attribute.
    #[must_use]
    pub fn remove(mut self, attribute: &str) -> Self {
        self.steps.push(Step::Remove(attribute.to_owned()));
        self
    }

    /// Only when this holds, besides what was said before.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.condition = self.condition.and(condition);
        self
    }

    /// Sets an attribute to what is one already, such as bytes.
    pub(crate) fn set_value(mut self, attribute: &str, value: AttributeValue) -> Self {
        self.steps.push(Step::Set(attribute.to_owned(), value));
        self
    }

    fn step(
        mut self,
        attribute: &str,
        value: impl Serialize,
        step: fn(String, AttributeValue) -> Step,
    ) -> Self {
        match item::value(value) {
            Ok(value) => self.steps.push(step(attribute.to_owned(), value)),
            Err(fault) => self.fault = Some(fault),
        }
        self
    }

    /// The update expression and the condition.
    pub(crate) fn render(&self, expression: &mut Expression) -> (String, Option<String>) {
        if let Some(fault) = &self.fault {
            expression.fault(fault.clone());
        }
        if self.steps.is_empty() {
            expression.fault("an update that changes nothing");
        }
        let (mut set, mut add, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        for step in &self.steps {
            match step {
                Step::Set(path, value) => {
                    let (path, value) = (expression.path(path), expression.value(value.clone()));
                    set.push(format!("{path} = {value}"));
                }
                Step::SetIfAbsent(path, value) => {
                    let (path, value) = (expression.path(path), expression.value(value.clone()));
                    set.push(format!("{path} = if_not_exists({path}, {value})"));
                }
                Step::Add(path, value) => {
                    let (path, value) = (expression.path(path), expression.value(value.clone()));
                    add.push(format!("{path} {value}"));
                }
                Step::Remove(path) => remove.push(expression.path(path)),
            }
        }
        let clauses = [("SET", set), ("ADD", add), ("REMOVE", remove)];
        let text = clauses
            .into_iter()
            .filter(|(_, steps)| !steps.is_empty())
            .map(|(word, steps)| format!("{word} {}", steps.join(", ")))
            .collect::<Vec<_>>()
            .join(" ");
        (text, self.condition.render(expression))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_gathered_and_every_attribute_aliased() {
        let update = Update::new()
            .set("status", "active")
            .add("count", -2)
            .set_if_absent("ttl", 5)
            .remove("data")
            .set("prices.EUR", 1999)
            .when(Condition::present())
            .when(Condition::version(4));
        let mut expression = Expression::default();
        let (text, condition) = update.render(&mut expression);
        assert_eq!(
            text,
            "SET #n0 = :v0, #n2 = if_not_exists(#n2, :v2), #n4.#n5 = :v3 ADD #n1 :v1 REMOVE #n3"
        );
        assert_eq!(
            condition.unwrap(),
            "(attribute_exists(#n6)) AND (#n7 = :v4)"
        );
        assert!(expression.finish().is_ok());
    }

    #[test]
    fn an_update_that_changes_nothing_is_a_fault() {
        let mut expression = Expression::default();
        Update::new().render(&mut expression);
        assert!(expression.finish().is_err());
    }
}
