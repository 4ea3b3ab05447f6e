//! Expressions, whose every attribute and value is aliased.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use super::Text;
use crate::{Attributes, TableError, item};

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

    pub(super) fn text(&mut self, part: &Text) -> String {
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
