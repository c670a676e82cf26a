//! How much of a text is told.

use super::super::card::prose;
use super::super::data::shown;

/// The longest text of several lines, bytes; how much is missing is said.
const LONG: usize = 8192;

/// Text of one or several lines, made harmless and of bounded length.
pub(super) fn told(text: &str) -> String {
    if text.len() <= LONG {
        return prose(text);
    }
    let end = (0..=LONG)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    format!("{}… ({} more bytes)", prose(&text[..end]), text.len() - end)
}

/// At most so many texts, and how many more there were.
pub(super) fn some(texts: &[String], most: usize) -> Vec<String> {
    let mut all: Vec<String> = texts.iter().take(most).map(|text| told(text)).collect();
    if texts.len() > most {
        all.push(format!("… and {} more", texts.len() - most));
    }
    all
}

/// Several names in one line.
pub(super) fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    shown(&names.join(", "))
}
