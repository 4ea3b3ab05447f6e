//! Conditions, with every attribute aliased so that no word is reserved.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::item::{self, PK};

mod expression;

pub(crate) use expression::{Aliases, Expression};

/// What must hold for a write to happen.
#[derive(Debug, Clone)]
pub struct Condition(Node);

#[derive(Debug, Clone)]
enum Node {
    None,
    Text(Text),
    Both(Box<Node>, Box<Node>),
    Either(Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, Default)]
struct Text {
    text: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    fault: Option<String>,
}

impl Condition {
    /// Nothing.
    pub const fn none() -> Self {
        Self(Node::None)
    }

    /// No item stands at the key.
    pub fn absent() -> Self {
        Self::expression(format!("attribute_not_exists({PK})"))
    }

    /// An item stands at the key.
    pub fn present() -> Self {
        Self::expression(format!("attribute_exists({PK})"))
    }

    /// The item's `version` is this one.
    pub fn version(version: u64) -> Self {
        Self::expression("version = :version").value(":version", version)
    }

    /// An expression in DynamoDB's language.
    ///
    /// Attributes may stand in it by their own names, reserved or not, or as `#x` with
    /// [`name`](Self::name); values stand in it as `:v` with [`value`](Self::value).
    pub fn expression(text: impl Into<String>) -> Self {
        Self(Node::Text(Text {
            text: text.into(),
            ..Text::default()
        }))
    }

    /// The attribute that a `#x` of the expression stands for.
    #[must_use]
    pub fn name(mut self, alias: &str, attribute: &str) -> Self {
        if let Node::Text(text) = &mut self.0 {
            text.names.insert(alias.to_owned(), attribute.to_owned());
        }
        self
    }

    /// The value that a `:v` of the expression stands for.
    #[must_use]
    pub fn value(mut self, alias: &str, value: impl Serialize) -> Self {
        if let Node::Text(text) = &mut self.0 {
            match item::value(value) {
                Ok(value) => {
                    text.values.insert(alias.to_owned(), value);
                }
                Err(fault) => text.fault = Some(fault),
            }
        }
        self
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Node::None, kept) | (kept, Node::None) => Self(kept),
            (one, two) => Self(Node::Both(Box::new(one), Box::new(two))),
        }
    }

    /// One of them holds, or both. Nothing always holds, so with [`none`](Self::none) it is none.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Node::None, _) | (_, Node::None) => Self::none(),
            (one, two) => Self(Node::Either(Box::new(one), Box::new(two))),
        }
    }

    /// Its text in an expression; none for no condition.
    pub(crate) fn render(&self, expression: &mut Expression) -> Option<String> {
        self.0.render(expression)
    }
}

impl Node {
    fn render(&self, expression: &mut Expression) -> Option<String> {
        match self {
            Self::None => None,
            Self::Text(text) => Some(expression.text(text)),
            Self::Both(one, two) => Some(format!(
                "({}) AND ({})",
                one.render(expression)?,
                two.render(expression)?
            )),
            Self::Either(one, two) => Some(format!(
                "({}) OR ({})",
                one.render(expression)?,
                two.render(expression)?
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TableError;

    fn rendered(condition: &Condition) -> (Option<String>, Aliases) {
        let mut expression = Expression::default();
        let text = condition.render(&mut expression);
        (text, expression.finish().unwrap())
    }

    #[test]
    fn every_attribute_is_aliased_and_words_of_the_language_are_not() {
        let condition = Condition::expression(
            "attribute_exists(status) AND NOT size.name[2] IN (:a, :b) OR #x BETWEEN :a AND :c",
        )
        .name("#x", "with-dash")
        .value(":a", 1)
        .value(":b", 2)
        .value(":c", 3);
        let (text, aliases) = rendered(&condition);
        assert_eq!(
            text.unwrap(),
            "attribute_exists(#n0) AND NOT #n1.#n2[2] IN (:v0, :v1) OR #n3 BETWEEN :v0 AND :v2"
        );
        let names = aliases.names.unwrap();
        assert_eq!(names["#n0"], "status");
        assert_eq!(names["#n1"], "size");
        assert_eq!(names["#n2"], "name");
        assert_eq!(names["#n3"], "with-dash");
        assert_eq!(aliases.values.unwrap().len(), 3);
    }

    #[test]
    fn parts_with_equal_aliases_keep_their_own_values() {
        let one = Condition::expression("stock >= :n").value(":n", 1);
        let two = Condition::expression("price <= :n").value(":n", 2);
        let (text, aliases) = rendered(&one.and(two).or(Condition::version(3)));
        assert_eq!(
            text.unwrap(),
            "((#n0 >= :v0) AND (#n1 <= :v1)) OR (#n2 = :v2)"
        );
        let values = aliases.values.unwrap();
        for (alias, number) in [(":v0", "1"), (":v1", "2"), (":v2", "3")] {
            assert_eq!(values[alias], AttributeValue::N(number.into()));
        }
    }

    #[test]
    fn none_asks_nothing() {
        let (text, aliases) = rendered(&Condition::none().and(Condition::none()));
        assert_eq!(text, None);
        assert!(aliases.names.is_none() && aliases.values.is_none());
        let (text, _) = rendered(&Condition::none().and(Condition::absent()));
        assert_eq!(text.unwrap(), "attribute_not_exists(#n0)");
        assert_eq!(rendered(&Condition::absent().or(Condition::none())).0, None);
    }

    #[test]
    fn what_is_not_given_is_a_fault() {
        for condition in [
            Condition::expression("a = :missing"),
            Condition::expression("#missing = a"),
        ] {
            let mut expression = Expression::default();
            condition.render(&mut expression);
            assert!(matches!(expression.finish(), Err(TableError::Fault(_))));
        }
    }
}
