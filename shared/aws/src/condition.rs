//! Conditions, with every attribute aliased so that no word is reserved.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::item::{self, PK};
use crate::{Attributes, TableError};

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

/// The aliases of one request: every attribute and every value gets one of its own, so parts
/// written apart never meet.
#[derive(Debug, Default)]
pub(crate) struct Expression {
    names: HashMap<String, String>,
    values: Attributes,
    fault: Option<String>,
}

/// Words of the language, in capitals, and its functions, where a bracket follows. Every other word
/// in a condition is an attribute.
const WORDS: [&str; 5] = ["AND", "OR", "NOT", "IN", "BETWEEN"];
const FUNCTIONS: [&str; 6] = [
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "size",
];

impl Expression {
    /// The alias of an attribute, which may be a path into a map or list.
    pub(crate) fn path(&mut self, path: &str) -> String {
        self.text(&Text {
            text: path.to_owned(),
            ..Text::default()
        })
    }

    /// The alias of a value.
    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        let alias = format!(":v{}", self.values.len());
        self.values.insert(alias.clone(), value);
        alias
    }

    /// The alias of a value yet to be made an attribute.
    pub(crate) fn serialize(&mut self, value: impl Serialize) -> String {
        match item::value(value) {
            Ok(value) => self.value(value),
            Err(fault) => {
                self.fault(fault);
                String::new()
            }
        }
    }

    pub(crate) fn fault(&mut self, fault: impl Into<String>) {
        self.fault.get_or_insert_with(|| fault.into());
    }

    /// The aliases, as a request wants them: none rather than empty.
    pub(crate) fn finish(self) -> Result<Aliases, TableError> {
        match self.fault {
            Some(fault) => Err(TableError::fault(fault)),
            None => Ok(Aliases {
                names: (!self.names.is_empty()).then(|| {
                    self.names
                        .into_iter()
                        .map(|(attribute, alias)| (alias, attribute))
                        .collect()
                }),
                values: (!self.values.is_empty()).then_some(self.values),
            }),
        }
    }

    fn name(&mut self, attribute: &str) -> String {
        let next = self.names.len();
        self.names
            .entry(attribute.to_owned())
            .or_insert_with(|| format!("#n{next}"))
            .clone()
    }

    fn text(&mut self, part: &Text) -> String {
        if let Some(fault) = &part.fault {
            self.fault(fault.clone());
        }
        let mut rendered = String::with_capacity(part.text.len());
        let mut values: HashMap<&str, String> = HashMap::new();
        let mut rest = part.text.as_str();
        while let Some(first) = rest.chars().next() {
            let starts = first.is_ascii_alphabetic() || matches!(first, '_' | '#' | ':');
            if !starts {
                // A number within brackets is an index and stays; so does all punctuation.
                rendered.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let end = rest[1..]
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .map_or(rest.len(), |end| end + 1);
            let (word, after) = rest.split_at(end);
            rest = after;
            match first {
                '#' => match part.names.get(word) {
                    Some(attribute) => rendered.push_str(&self.name(attribute)),
                    None => self.fault(format!("no name for {word} in `{}`", part.text)),
                },
                ':' => match (values.get(word), part.values.get(word)) {
                    (Some(alias), _) => rendered.push_str(alias),
                    (None, Some(value)) => {
                        let alias = self.value(value.clone());
                        rendered.push_str(&alias);
                        values.insert(word, alias);
                    }
                    (None, None) => self.fault(format!("no value for {word} in `{}`", part.text)),
                },
                _ if WORDS.contains(&word) => rendered.push_str(word),
                _ if FUNCTIONS.contains(&word) && rest.trim_start().starts_with('(') => {
                    rendered.push_str(word);
                }
                _ => rendered.push_str(&self.name(word)),
            }
        }
        rendered
    }
}

/// The aliases of a finished expression.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<Attributes>,
}

#[cfg(test)]
mod tests {
    use super::*;

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
