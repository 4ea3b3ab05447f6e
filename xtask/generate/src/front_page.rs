//! What a service says of itself: the first sentence of its `lib.rs`.

/// `Products: the catalogue, its categories, import and export.`
pub(crate) fn first_sentence(service: &str) -> String {
    let page = crate::root().join(format!("functions/{service}/src/lib.rs"));
    let text = std::fs::read_to_string(page).unwrap_or_default();
    sentence(&text).unwrap_or_else(|| service.to_owned())
}

fn sentence(source: &str) -> Option<String> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//! "));
    let text = lines.collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    Some(text[..end].to_owned()).filter(|sentence| !sentence.is_empty())
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_sentence_goes_over_lines_and_ends_at_its_stop() {
        let source = "//! Products: the catalogue,\n//! and more. And this.\n//!\n//! Not this.\n";
        assert_eq!(
            sentence(source).as_deref(),
            Some("Products: the catalogue, and more.")
        );
        assert_eq!(sentence("use std;\n"), None);
    }
}
