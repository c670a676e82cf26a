//! One line on stderr that says what is going on; nothing where stderr is no terminal.

use std::io::{self, IsTerminal, Write};

use super::{Look, columns};

/// A line that replaces itself. It wipes itself out when it is dropped.
#[derive(Debug)]
pub struct ProgressLine {
    is_shown: bool,
    width: usize,
    last: String,
}

impl ProgressLine {
    /// A line on stderr, if that is a terminal and it is wanted.
    pub fn new(look: Look, is_wanted: bool) -> Self {
        // Where the terminal does not know its own width.
        const USUAL: usize = 80;
        Self {
            is_shown: is_wanted && io::stderr().is_terminal(),
            width: look.width.unwrap_or(USUAL),
            last: String::new(),
        }
    }

    /// Shows this text, as much of it as fits on a line.
    pub fn show(&mut self, text: &str) {
        if !self.is_shown || text == self.last {
            return;
        }
        // One column less: a full line would move the cursor to the next.
        let mut fits = String::new();
        for c in text.chars() {
            if columns(&fits) + columns(c.encode_utf8(&mut [0; 4])) >= self.width {
                break;
            }
            fits.push(c);
        }
        self.write(&fits);
        text.clone_into(&mut self.last);
    }

    /// Wipes the line.
    pub fn clear(&mut self) {
        if self.is_shown && !self.last.is_empty() {
            self.write("");
            self.last.clear();
        }
    }

    fn write(&self, text: &str) {
        // Back to the first column, and erase to the end of the line: console_codes(4).
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "\r\x1b[K{text}");
        let _ = stderr.flush();
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}
