//! Answers with what differs from run to run taken out, for snapshots.

use serde_json::Value;

/// The same document with ids, times, cursors and links named instead of told.
///
/// An id becomes `[prod id]`, a time `[time]`, whatever its field is called; equal ids of one
/// document stay recognisable by their number: `[prod id 1]`, `[prod id 2]`.
pub fn redacted(document: &Value) -> Value {
    let mut seen = Vec::new();
    walk(document, "", &mut seen)
}

fn walk(value: &Value, field: &str, seen: &mut Vec<String>) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), walk(value, name, seen)))
            .collect(),
        Value::Array(items) => items.iter().map(|item| walk(item, field, seen)).collect(),
        Value::String(text) => Value::String(word(text, field, seen)),
        other => other.clone(),
    }
}

fn word(text: &str, field: &str, seen: &mut Vec<String>) -> String {
    if let Some(prefix) = id_prefix(text) {
        let number = seen
            .iter()
            .position(|known| known == text)
            .unwrap_or_else(|| {
                seen.push(text.to_owned());
                seen.len() - 1
            });
        return format!("[{prefix} id {}]", number + 1);
    }
    if is_time(text) {
        return "[time]".to_owned();
    }
    match field {
        "instance" => "[request id]".to_owned(),
        "nextCursor" => "[cursor]".to_owned(),
        "type" if text.contains("/docs#") => {
            format!("[root]{}", &text[text.rfind("/docs#").unwrap_or(0)..])
        }
        _ => text.to_owned(),
    }
}

/// The prefix of an id such as `prod_01jxy3…`.
fn id_prefix(text: &str) -> Option<&str> {
    let (prefix, rest) = text.split_once('_')?;
    let ours = !prefix.is_empty()
        && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
        && rest.len() == 26
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    ours.then_some(prefix)
}

fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_is_named_and_the_rest_stays() {
        let answer = json!({
            "id": "prod_01jxy3zzzzzzzzzzzzzzzzzzzz", "parent": "cat_01jxy3zzzzzzzzzzzzzzzzzzzz",
            "again": "prod_01jxy3zzzzzzzzzzzzzzzzzzzz", "at": "2026-01-31T09:05:07.042Z",
            "name": "under_score", "price": 9.5, "type": "https://a.example/docs#not_found",
        });
        assert_eq!(
            redacted(&answer),
            json!({
                "id": "[prod id 1]", "parent": "[cat id 2]", "again": "[prod id 1]",
                "at": "[time]", "name": "under_score", "price": 9.5, "type": "[root]/docs#not_found",
            })
        );
    }
}
