//! How text looks on what it is printed to: colour and width.

/// What the output can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether escape sequences for colour may be used.
    pub color: bool,
    /// Columns, if the output is a terminal; prose is wrapped to it.
    pub width: Option<usize>,
}

/// What a piece of text is, and so which colour it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// It went wrong.
    Bad,
    /// It needs somebody's attention.
    Odd,
    /// It matters less.
    Faint,
    /// It matters more.
    Strong,
    /// It is stressed.
    Stressed,
    /// It is to be typed, or is code.
    Code,
}

impl Tone {
    /// The parameter of SGR that begins it; see console_codes(4).
    fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Bad => "31",
            Self::Odd => "33",
            Self::Faint => "2",
            Self::Strong => "1",
            Self::Stressed => "3",
            Self::Code => "36",
        }
    }
}

impl Look {
    /// Neither colour nor width: what goes into files and pipes.
    pub const PLAIN: Self = Self {
        color: false,
        width: None,
    };

    /// The text in this tone, or unchanged without colour.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", tone.code())
        } else {
            text.to_owned()
        }
    }

    /// The prose in lines that fit the width, the first led by `indent` blanks and the others by
    /// `hanging` more.
    ///
    /// One line if there is no width. Lines end with a newline.
    pub fn wrap(self, indent: usize, hanging: usize, text: &str) -> String {
        // Narrower than this, wrapping hurts more than it helps.
        const NARROWEST: usize = 30;
        let room = self.width.map_or(usize::MAX, |width| {
            width.saturating_sub(indent).max(hanging + NARROWEST)
        });
        let mut wrapped = " ".repeat(indent);
        let mut used = 0;
        for (nth, word) in text.split(' ').enumerate() {
            let width = columns(word);
            if nth > 0 && used + 1 + width > room {
                wrapped.push('\n');
                wrapped.push_str(&" ".repeat(indent + hanging));
                used = hanging;
            } else if nth > 0 {
                wrapped.push(' ');
                used += 1;
            }
            wrapped.push_str(word);
            used += width;
        }
        wrapped.push('\n');
        wrapped
    }
}

/// Columns that a text without escape sequences takes.
pub fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// As much of a text as fits into so many columns.
pub fn cut(text: &str, room: usize) -> String {
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

/// The text, filled up with blanks to `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_nothing_is_added() {
        assert_eq!(Look::PLAIN.paint(Tone::Bad, "x"), "x");
        let look = Look {
            color: true,
            width: None,
        };
        assert_eq!(look.paint(Tone::Bad, "x"), "\x1b[31mx\x1b[0m");
        assert_eq!(look.paint(Tone::Bad, ""), "");
    }

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(cut("reaper", 6), "reaper");
        assert_eq!(cut("reaper", 4), "rea…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("x", 0), "…");
    }

    #[test]
    fn prose_is_wrapped_to_a_terminal_only() {
        let text = "hint: SIGCHLD says that children ended. Does it say how many?";
        assert_eq!(Look::PLAIN.wrap(2, 6, text), format!("  {text}\n"));
        let look = Look {
            color: false,
            width: Some(44),
        };
        assert_eq!(
            look.wrap(2, 6, text),
            "  hint: SIGCHLD says that children ended.\n        Does it say how many?\n"
        );
    }
}
