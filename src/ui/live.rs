//! A picture that is drawn again and again, on the terminal's other screen.
//!
//! What was on the terminal comes back when it is dropped; see "Alternate screen buffer" in
//! xterm's control sequences, and console_codes(4).

use std::io::{self, IsTerminal as _, Write as _};

use super::Look;

/// Other screen, no cursor, long lines are cut and not wrapped.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
/// All of it undone.
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/// The terminal's other screen, until it is dropped.
#[derive(Debug)]
pub struct LiveScreen {
    color: bool,
}

impl LiveScreen {
    /// Goes to the other screen; `None` if stdout is no terminal.
    ///
    /// # Errors
    /// Those of write(2).
    pub fn enter(look: Look) -> io::Result<Option<Self>> {
        if !io::stdout().is_terminal() {
            return Ok(None);
        }
        let live = Self { color: look.color };
        live.resume()?;
        Ok(Some(live))
    }

    /// What fits on it now: the window may have another size than before.
    pub fn look(&self) -> Look {
        Look {
            color: self.color,
            width: size().map(|(width, _)| width),
        }
    }

    /// Shows a text from the top, as much of it as fits, and says how much does not.
    ///
    /// # Errors
    /// Those of write(2).
    pub fn draw(&self, text: &str) -> io::Result<()> {
        let height = size().map_or(usize::MAX, |(_, height)| height).max(2);
        let all = text.lines().count();
        let shown = match all > height {
            true => height - 1,
            false => all,
        };
        // Home; then each line, with the rest of the old one erased.
        let mut frame = "\x1b[H".to_owned();
        for (nth, line) in text.lines().take(shown).enumerate() {
            if nth > 0 {
                frame.push_str("\r\n");
            }
            frame.push_str(line);
            frame.push_str("\x1b[K");
        }
        if shown < all {
            frame.push_str(&format!("\r\n… {} more lines\x1b[K", all - shown));
        }
        frame.push_str("\x1b[J");
        write(&frame)
    }

    /// Gives the terminal back for a while, as when the user stops us with Ctrl-Z.
    ///
    /// # Errors
    /// Those of write(2).
    pub fn suspend(&self) -> io::Result<()> {
        write(LEAVE)
    }

    /// Takes it again.
    ///
    /// # Errors
    /// Those of write(2).
    pub fn resume(&self) -> io::Result<()> {
        write(ENTER)
    }
}

impl Drop for LiveScreen {
    fn drop(&mut self) {
        let _ = write(LEAVE);
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Columns and lines.
fn size() -> Option<(usize, usize)> {
    let (width, height) = terminal_size::terminal_size_of(io::stdout())?;
    Some((usize::from(width.0), usize::from(height.0)))
}
