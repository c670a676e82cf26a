//! What processes are called.

use crate::model::shell_word;
use crate::ui::{shortened, visible};

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
