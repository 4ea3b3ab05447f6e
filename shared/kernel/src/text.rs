//! Text made comparable: the same words in another case or another encoding are the same.

use unicode_normalization::UnicodeNormalization;

/// The most characters of a [`sort_key`].
pub const SORT_KEY_MAX: usize = 64;

/// Folds case and compatibility forms away, so that equal folds mean the same text to a reader.
///
/// Unicode NFKC, then each letter by way of its upper case (so `ß` meets `SS` and `ς` meets `σ`),
/// then NFKC again, because folding can leave text that is not in normal form.
pub fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
}

/// A key under which names sort and compare: folded, runs of white space as one space, nothing
/// at the ends, control characters gone, at most 64 characters.
pub fn sort_key(text: &str) -> String {
    let folded = fold(text);
    let mut key = String::new();
    let mut length = 0;
    for word in folded.split_whitespace() {
        let gap = if key.is_empty() { "" } else { " " };
        for c in gap.chars().chain(word.chars().filter(|c| !c.is_control())) {
            if length == SORT_KEY_MAX {
                return key.trim_end().to_owned();
            }
            key.push(c);
            length += 1;
        }
    }
    key.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
