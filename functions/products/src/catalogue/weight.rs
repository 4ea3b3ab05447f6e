//! How many products an answer has room for.

use std::io::{self, Write};

use crate::product::Product;
use crate::wire::ProductView;

/// The most that the products of an answer may be. Lambda takes answers of 6 MB, written as text
/// inside another JSON document, where quotes and backslashes are two bytes each.
const MOST: usize = 4 * 1024 * 1024;

/// What the products of an answer come to.
#[derive(Debug, Default)]
pub(crate) struct Weight(usize);

impl Weight {
    /// Adds a product when there is room for it; there always is for the first.
    pub(crate) fn takes(&mut self, product: &Product) -> bool {
        let mut scale = Scale(0);
        // A product that cannot be written has no weight, and fails where it is answered.
        let _ = serde_json::to_writer(&mut scale, &ProductView::from(product));
        if self.0 > 0 && self.0 + scale.0 > MOST {
            return false;
        }
        self.0 += scale.0;
        true
    }
}

/// Counts what is written.
struct Scale(usize);

impl Write for Scale {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let escaped = bytes.iter().filter(|byte| matches!(byte, b'"' | b'\\'));
        self.0 += bytes.len() + escaped.count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_weighs_what_it_is_inside_another_text() {
        let value = serde_json::json!({ "quotes \" and \\": ["é", 1.5, "\n", null] });
        let text = serde_json::to_string(&value).unwrap();
        let within = serde_json::to_string(&text).unwrap();
        let mut scale = Scale(0);
        serde_json::to_writer(&mut scale, &value).unwrap();
        assert_eq!(scale.0 + 2, within.len());
    }
}
