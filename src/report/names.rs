//! What processes are called.

use crate::ui::{columns, shell_word, shortened, visible};

/// The command line, as it could be typed; in brackets the name of what has none.
pub(super) fn called(command: &[String], name: &str) -> String {
    let words: Vec<String> = command.iter().map(|word| shell_word(word)).collect();
    match command {
        [] => format!("[{}]", visible(name)),
        // Programs write what they do over their command line: that is no word of a shell.
        [title] if title.contains(' ') => shortened(&visible(title)),
        _ => shortened(&visible(&words.join(" "))),
    }
}

/// As much of a text as fits into so many columns.
pub(super) fn cut(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mut fits = String::new();
    for c in text.chars() {
        if columns(&fits) + columns(c.encode_utf8(&mut [0; 4])) + 1 > room {
            break;
        }
        fits.push(c);
    }
    fits + "…"
}
