//! CSV rows as the JSON objects they stand for, and back.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::import::RowError;

/// The columns of an export, in their order; an import takes them in any order.
pub const EXPORTED: [&str; 24] = [
    "id",
    "sku",
    "slug",
    "name",
    "status",
    "categoryId",
    "price",
    "compareAtPrice",
    "currency",
    "brand",
    "mpn",
    "gtins",
    "tags",
    "description",
    "weightGrams",
    "dimensionsMm",
    "images",
    "options",
    "variants",
    "attributes",
    "version",
    "createdAt",
    "updatedAt",
    "category",
];

/// What an export tells and an import passes over: it is ours to say.
pub const READ_ONLY: [&str; 4] = ["id", "version", "createdAt", "updatedAt"];

/// The most bytes of a header: it travels with every chunk.
const HEADER_MAX: usize = 64 * 1024;

/// How a column's cells are read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// The cell is the text, without blanks around it.
    Text,
    /// The cell is the text, blanks and all.
    Prose,
    /// The cell is a number, or JSON.
    Json,
    /// The cell is a JSON list, or texts with `|` between.
    List,
    /// The cell is the value of this attribute: a number, `true` or `false`, a JSON string, or
    /// else the text.
    Attribute(String),
    /// The cell is passed over.
    Ignored,
}

/// The columns of a file, of its header.
#[derive(Debug, Clone)]
pub struct Columns(Vec<(String, Kind)>);

impl Columns {
    /// Reads a header.
    ///
    /// # Errors
    /// Columns that are unknown, stand there twice, or are missing.
    pub fn read(header: &[u8]) -> Result<Self, Vec<RowError>> {
        if header.len() > HEADER_MAX {
            let detail = format!("must have a header of at most {HEADER_MAX} bytes");
            return Err(vec![RowError::new(0, "", detail)]);
        }
        let names = cells(header).map_err(|detail| vec![RowError::new(0, "", detail)])?;
        let mut errors = Vec::new();
        let mut columns: Vec<(String, Kind)> = Vec::new();
        for name in names {
            let name = name.trim().to_owned();
            if columns.iter().any(|(known, _)| *known == name) {
                errors.push(RowError::new(0, name.clone(), "is a column twice"));
            }
            match kind(&name) {
                Some(kind) => columns.push((name, kind)),
                None => errors.push(RowError::new(0, name, "is not a known column")),
            }
        }
        if !columns.iter().any(|(name, _)| name == "sku") {
            errors.push(RowError::new(0, "sku", "must be a column"));
        }
        if errors.is_empty() {
            Ok(Self(columns))
        } else {
            Err(errors)
        }
    }

    /// The SKU of a row, if it can be read.
    pub fn sku(&self, record: &[u8]) -> Option<String> {
        let at = self.0.iter().position(|(name, _)| name == "sku")?;
        let cells = cells(record).ok()?;
        cells.into_iter().nth(at).map(|cell| cell.trim().to_owned())
    }

    /// The JSON object that a row stands for. An empty cell is a field that is not given.
    ///
    /// # Errors
    /// What is wrong with the row as a whole.
    pub fn to_json(&self, record: &[u8]) -> Result<String, &'static str> {
        let cells = cells(record)?;
        if cells.len() > self.0.len() {
            return Err("has more cells than there are columns");
        }
        let mut members = Vec::new();
        let mut attributes = Vec::new();
        for ((name, kind), whole) in self.0.iter().zip(&cells) {
            let cell = whole.trim();
            if cell.is_empty() {
                continue;
            }
            match kind {
                Kind::Ignored => {}
                Kind::Prose => members.push(member(name, &text(whole))),
                Kind::Text => members.push(member(name, &text(cell))),
                Kind::Json => members.push(member(name, &json_or_text(cell))),
                Kind::List => members.push(member(name, &list(cell))),
                Kind::Attribute(name) => attributes.push(member(name, &attribute(cell))),
            }
        }
        if !attributes.is_empty() {
            members.push(format!("\"attributes\":{{{}}}", attributes.join(",")));
        }
        Ok(format!("{{{}}}", members.join(",")))
    }
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "id" | "sku" | "slug" | "name" | "status" | "categoryId" | "category" | "price"
        | "compareAtPrice" | "currency" | "brand" | "mpn" => Kind::Text,
        "description" => Kind::Prose,
        "weightGrams" | "dimensionsMm" | "options" | "variants" | "attributes" => Kind::Json,
        "gtins" | "tags" | "images" => Kind::List,
        name if READ_ONLY.contains(&name) => Kind::Ignored,
        name => Kind::Attribute(name.strip_prefix("attr.")?.to_owned()),
    })
}

/// The cells of one record.
fn cells(record: &[u8]) -> Result<Vec<String>, &'static str> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(record);
    let mut cells = csv::StringRecord::new();
    match reader.read_record(&mut cells) {
        Ok(_) => Ok(cells.iter().map(str::to_owned).collect()),
        Err(_) => Err("must be UTF-8 text"),
    }
}

fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", text(name))
}

fn text(text: &str) -> String {
    Value::from(text).to_string()
}

fn json_or_text(cell: &str) -> String {
    if serde_json::from_str::<&RawValue>(cell).is_ok() {
        cell.to_owned()
    } else {
        text(cell)
    }
}

fn list(cell: &str) -> String {
    if cell.starts_with('[') && serde_json::from_str::<&RawValue>(cell).is_ok() {
        return cell.to_owned();
    }
    let parts = cell.split('|').map(str::trim);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).map(text).collect();
    format!("[{}]", parts.join(","))
}

fn attribute(cell: &str) -> String {
    match serde_json::from_str::<Value>(cell) {
        Ok(Value::Number(_) | Value::Bool(_) | Value::String(_)) => cell.to_owned(),
        _ => text(cell),
    }
}

/// A list as a cell: its texts with `|` between, or JSON where that would read back as another.
pub fn list_cell(items: &[String]) -> String {
    let plain = items.iter().all(|item| {
        !item.is_empty() && !item.contains('|') && item.trim() == item && !item.starts_with('[')
    });
    if plain {
        items.join("|")
    } else {
        Value::from(items).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn json(header: &str, record: &str) -> Value {
        let columns = Columns::read(header.as_bytes()).unwrap();
        let json = columns.to_json(record.as_bytes()).unwrap();
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn cells_become_fields_of_their_kind() {
        let header =
            "sku,price,tags,attr.Colour,attr.Width,attr.New,attr.Code,weightGrams,options,id,brand";
        let record = r#"A-1,99.90,a| b,Red,42.5,true,"""42""",450,"[{""name"":""S"",""values"":[""M""]}]",prod_x,"#;
        assert_eq!(
            json(header, record),
            json!({
                "id": "prod_x", "sku": "A-1", "price": "99.90", "tags": ["a", "b"], "weightGrams": 450,
                "options": [{"name": "S", "values": ["M"]}],
                "attributes": {"Colour": "Red", "Width": 42.5, "New": true, "Code": "42"},
            })
        );
    }

    #[test]
    fn a_short_row_gives_fewer_fields_and_a_long_one_is_refused() {
        let columns = Columns::read(b"sku,name").unwrap();
        assert_eq!(columns.to_json(b"A").unwrap(), r#"{"sku":"A"}"#);
        assert!(columns.to_json(b"A,b,c").is_err());
        assert!(columns.to_json(b"A,\xff").is_err());
        assert_eq!(columns.sku(b" A ,b").as_deref(), Some("A"));
    }

    #[test]
    fn a_header_is_told_all_that_is_wrong_with_it() {
        let errors = Columns::read(b"name,name,colour,attr.colour").unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "colour", "sku"]);
    }

    #[test]
    fn every_exported_column_is_known() {
        for column in EXPORTED {
            assert!(kind(column).is_some(), "{column}");
        }
    }

    proptest! {
        #[test]
        fn a_list_reads_back_from_its_cell(items in proptest::collection::vec("[ -~]{0,8}", 1..5)) {
            let cell = list_cell(&items);
            let read: Vec<String> = serde_json::from_str(&list(cell.trim())).unwrap();
            prop_assert_eq!(read, items);
        }

        #[test]
        fn any_record_is_an_object_or_an_error(record in proptest::collection::vec(any::<u8>(), 0..80)) {
            let columns = Columns::read(b"sku,options,tags,attr.a").unwrap();
            if let Ok(json) = columns.to_json(&record) {
                prop_assert!(serde_json::from_str::<Value>(&json).unwrap().is_object());
            }
        }
    }
}
