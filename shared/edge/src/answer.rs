//! What goes back to the caller, before the headers that every answer has.

/// Status, headers and body. It is what an idempotency record keeps, so it is the store's type.
pub type Answer = aws::StoredAnswer;

/// The media type of nearly every answer.
pub(crate) const JSON: &str = "application/json";

/// An answer with a JSON body.
pub(crate) fn json(status: u16, media: &str, body: &impl serde::Serialize) -> Answer {
    match serde_json::to_vec(body) {
        Ok(body) => Answer {
            status,
            headers: vec![("content-type".into(), media.into())],
            body,
        },
        // A type that cannot be written is a bug; the caller gets a plain 500 all the same.
        Err(_) => Answer {
            status: 500,
            headers: Vec::new(),
            body: Vec::new(),
        },
    }
}

/// The value of a header, by its lower-case name.
pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer
        .headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
