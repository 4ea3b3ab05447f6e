//! What a service says of itself: the first line of its `lib.rs`.

/// `Products: the catalogue, its categories, import and export.`
pub(crate) fn first_sentence(service: &str) -> String {
    let page = crate::root().join(format!("functions/{service}/src/lib.rs"));
    let text = std::fs::read_to_string(page).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("//! "));
    line.unwrap_or(service).to_owned()
}
