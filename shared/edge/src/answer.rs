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

/// Headers that hand out secrets. An answer that is kept to be given again is kept without them.
pub(crate) const SECRETS: [&str; 2] = ["x-cart-token", "x-order-token"];

/// An answer as it is kept.
pub(crate) fn without_secrets(mut answer: Answer) -> Answer {
    answer
        .headers
        .retain(|(name, _)| !SECRETS.contains(&name.as_str()));
    answer
}

/// An answer with the secrets that follow from it; a problem hands out none.
pub(crate) fn with_secrets(
    mut answer: Answer,
    secrets: impl FnOnce(&Answer) -> Vec<(&'static str, String)>,
) -> Answer {
    if answer.status < 400 {
        let secrets = secrets(&answer).into_iter();
        answer
            .headers
            .extend(secrets.map(|(name, value)| (name.to_owned(), value)));
    }
    answer
}

/// The value of a header, by its lower-case name.
pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer
        .headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16) -> Answer {
        let headers = [("location", "/orders/1"), ("x-cart-token", "secret")];
        Answer {
            status,
            headers: headers
                .map(|(name, value)| (name.into(), value.into()))
                .to_vec(),
            body: Vec::new(),
        }
    }

    #[test]
    fn an_answer_is_kept_without_its_secrets_and_they_are_worked_out_anew() {
        let kept = without_secrets(answer(201));
        assert_eq!(kept.headers, [("location".into(), "/orders/1".into())]);
        let given = with_secrets(kept, |answer| {
            let of = header(answer, "location").unwrap_or_default();
            vec![("x-order-token", format!("key of {of}"))]
        });
        assert_eq!(header(&given, "x-order-token"), Some("key of /orders/1"));
    }

    #[test]
    fn a_problem_hands_out_no_secrets() {
        let given = with_secrets(without_secrets(answer(409)), |_| {
            vec![("x-order-token", "key".into())]
        });
        assert_eq!(header(&given, "x-order-token"), None);
    }
}
