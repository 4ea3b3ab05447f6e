//! Forms: how Stripe takes what it is told.

/// Fields in the form encoding.
#[derive(Debug, Clone, Default)]
pub(super) struct Form(String);

impl Form {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// With a field; a bracket in its name stays one.
    pub(super) fn field(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        encode(&mut self.0, name);
        self.0.push('=');
        encode(&mut self.0, &value.to_string());
        self
    }

    /// With a field where there is a value.
    pub(super) fn optional(self, name: &str, value: Option<impl std::fmt::Display>) -> Self {
        match value {
            Some(value) => self.field(name, value),
            None => self,
        }
    }

    /// As it is sent.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text that names an object in a path: whatever it holds, it stays one segment.
pub(super) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    encode(&mut encoded, text);
    encoded
}

fn encode(to: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            to.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_form_or_a_path_is_encoded() {
        let form = Form::new()
            .field("metadata[reference]", "a&b=c d+é")
            .optional("customer", None::<&str>)
            .field("amount", 7);
        assert_eq!(
            form.as_str(),
            "metadata%5Breference%5D=a%26b%3Dc%20d%2B%C3%A9&amount=7"
        );
        assert_eq!(segment("pm_1/../x?y.."), "pm_1%2F%2E%2E%2Fx%3Fy%2E%2E");
    }
}
