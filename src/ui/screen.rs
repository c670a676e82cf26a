//! Where output goes: stdout for data, stderr for talk, and what each of them can show.

use std::io::{self, IsTerminal, Write};
use std::{env, fmt};

use clap::ValueEnum;

use super::{Look, ProgressLine, Tone, pager};

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Also into files and pipes
    Always,
    /// Nowhere
    Never,
}

/// The user's screen: both streams, and what they can show.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// What stdout can show.
    pub out: Look,
    /// What stderr can show.
    pub err: Look,
    /// Whether somebody can be asked: stdin and stderr are a terminal.
    pub can_ask: bool,
    /// Whether nothing is said but results and errors.
    pub is_quiet: bool,
}

/// Whoever read our stdout went away; not an error, but the end.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("nobody reads the output any more")]
pub struct StdoutClosed;

impl Screen {
    /// The streams of this process.
    pub fn new(color: ColorChoice) -> Self {
        Self {
            out: look(&io::stdout(), color),
            err: look(&io::stderr(), color),
            can_ask: io::stdin().is_terminal() && io::stderr().is_terminal(),
            is_quiet: false,
        }
    }

    /// One that says nothing but results and errors.
    #[must_use]
    pub fn quiet(self, is_quiet: bool) -> Self {
        Self { is_quiet, ..self }
    }

    /// Whether the whole terminal can be drawn on: stdin and stdout are one, and not a dumb one.
    pub fn can_be_drawn_on(&self) -> bool {
        let is_dumb = env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty());
        !is_dumb && io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// A line on stderr that says what is going on.
    pub fn progress_line(&self) -> ProgressLine {
        ProgressLine::new(self.err, !self.is_quiet)
    }

    /// Remarks something on stderr, unless quiet is wanted.
    pub fn remark(&self, text: &str) {
        if !self.is_quiet {
            self.say(text);
        }
    }

    /// Standard output, as a demo or a report writes to it.
    pub fn stdout(&self) -> impl Write + use<> {
        Stdout(io::stdout().lock())
    }

    /// Prints data.
    ///
    /// # Errors
    /// Whatever write(2) says; [`StdoutClosed`] for EPIPE.
    pub fn print(&self, text: &str) -> io::Result<()> {
        let mut stdout = self.stdout();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Prints data that may be longer than the screen: through the pager on a terminal.
    ///
    /// # Errors
    /// As [`print`](Self::print).
    pub fn page(&self, text: &str) -> io::Result<()> {
        if io::stdout().is_terminal() && pager::show(text) {
            return Ok(());
        }
        self.print(text)
    }

    /// Prints lines of a trace to stderr, as they are.
    ///
    /// # Errors
    /// Those of write(2).
    pub fn trace(&self, lines: &str) -> io::Result<()> {
        io::stderr().lock().write_all(lines.as_bytes())
    }

    /// Says something to the user on stderr; what cannot be said is dropped.
    pub fn say(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Says something on stderr that begins with a label: `hint: ...`.
    pub fn say_labelled(&self, tone: Tone, label: &str, text: &str) {
        self.say(&format!("{}: {text}", self.err.paint(tone, label)));
    }

    /// Asks for one line; `None` at end of input or if nobody can be asked.
    ///
    /// # Errors
    /// Whatever read(2) says.
    pub fn ask(&self, question: &str) -> io::Result<Option<String>> {
        if !self.can_ask {
            return Ok(None);
        }
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "{question}");
        let _ = stderr.flush();
        let mut line = String::new();
        let taken = io::stdin().read_line(&mut line)?;
        Ok((taken > 0).then(|| line.trim().to_owned()))
    }
}

/// Standard output that says of EPIPE what it means.
struct Stdout(io::StdoutLock<'static>);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(closed)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(closed)
    }
}

fn closed(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        io::Error::new(io::ErrorKind::BrokenPipe, StdoutClosed)
    } else {
        error
    }
}

/// What a stream can show.
fn look<S: IsTerminal + std::os::fd::AsFd>(stream: &S, color: ColorChoice) -> Look {
    let is_terminal = stream.is_terminal();
    let color = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => is_terminal && wants_color(),
    };
    let width = is_terminal
        .then(|| terminal_size::terminal_size_of(stream))
        .flatten()
        .map(|(width, _)| usize::from(width.0));
    Look { color, width }
}

/// What the environment says; see <https://no-color.org>.
fn wants_color() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

impl fmt::Display for ColorChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        })
    }
}
