//! How the program ends: its exit codes, and how trouble is told.

use std::io::{self, Write as _};

use crate::ui::{Screen, StdoutClosed, Tone, give_back_terminal, visible};

/// Done, and every check passed. Also if the reader of our output went away.
pub const DONE: u8 = 0;
/// A check failed, or an answer was wrong.
pub const FAILED: u8 = 1;
/// The command line, or what it names, cannot be understood.
pub const USAGE: u8 = 2;
/// This machine cannot do it: a tool, a permission, a kernel feature or space is missing.
pub const MACHINE: u8 = 3;
/// It could not be told whether a check holds: an instructor must look.
pub const INSTRUCTOR: u8 = 4;
/// A bug in syslab; EX_SOFTWARE of sysexits.h(3head).
pub const BUG: u8 = 70;
/// Interrupted by Ctrl-C: 128 + SIGINT, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// Every exit code with its meaning, for help and man page.
pub const ALL: &[(u8, &str)] = &[
    (DONE, "done, and every check passed"),
    (FAILED, "a check failed, or an answer was wrong"),
    (USAGE, "the command line cannot be understood"),
    (MACHINE, "this machine cannot do it"),
    (
        INSTRUCTOR,
        "a check could not be decided: an instructor must look",
    ),
    (BUG, "a bug in syslab"),
    (INTERRUPTED, "interrupted"),
];

/// What a command comes to: an exit code, or trouble.
pub type Outcome = Result<u8, Trouble>;

/// Why a command could not do what was asked.
#[derive(Debug)]
pub struct Trouble {
    /// The exit code.
    pub code: u8,
    /// What went wrong, with its causes.
    pub error: anyhow::Error,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Trouble {
    /// What was asked cannot be understood.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(USAGE, anyhow::Error::msg(message.into()))
    }

    /// Trouble that ends with this exit code.
    pub fn new(code: u8, error: impl Into<anyhow::Error>) -> Self {
        Self {
            code,
            error: error.into(),
            hints: Vec::new(),
        }
    }

    /// Adds advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds advice, if there is any.
    #[must_use]
    pub fn hint_if(self, hint: Option<impl Into<String>>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// Whether all that happened is that nobody reads our output any more.
    fn is_stdout_closed(&self) -> bool {
        self.error.chain().any(|cause| {
            cause
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref)
                .is_some_and(|inner| inner.is::<StdoutClosed>())
        })
    }
}

impl<E: Into<anyhow::Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::new(MACHINE, error)
    }
}

/// Tells the trouble on stderr, if there is any, and gives the exit code.
pub fn report(outcome: Outcome, screen: &Screen) -> u8 {
    let trouble = match outcome {
        Ok(code) => return code,
        Err(trouble) if trouble.is_stdout_closed() => return DONE,
        Err(trouble) => trouble,
    };
    for (nth, cause) in trouble.error.chain().enumerate() {
        let (tone, label) = match nth {
            0 => (Tone::Bad, "error"),
            _ => (Tone::Bad, "caused by"),
        };
        screen.say_labelled(tone, label, &visible(&cause.to_string()));
    }
    for hint in &trouble.hints {
        screen.say_labelled(Tone::Good, "hint", &visible(hint));
    }
    trouble.code
}

/// Makes a panic say that it is our bug, and end with [`BUG`].
pub fn install_panic_hook() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // Else nobody could read what follows.
        give_back_terminal();
        usual(info);
        // Not eprintln: it would panic again where standard error is gone.
        let _said = writeln!(
            io::stderr(),
            "error: this is a bug in syslab; please report it with the lines above"
        );
        std::process::exit(i32::from(BUG));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_once_each() {
        let mut codes: Vec<u8> = ALL.iter().map(|(code, _)| *code).collect();
        codes.dedup();
        assert_eq!(codes, [0, 1, 2, 3, 4, 70, 130]);
    }

    #[test]
    fn a_closed_stdout_is_no_trouble_and_another_closed_pipe_is() {
        let screen = Screen::new(crate::ui::ColorChoice::Never);
        let closed = io::Error::new(io::ErrorKind::BrokenPipe, StdoutClosed);
        assert_eq!(report(Err(closed.into()), &screen), DONE);
        let wrapped = anyhow::Error::new(io::Error::new(io::ErrorKind::BrokenPipe, StdoutClosed))
            .context("printing");
        assert_eq!(report(Err(wrapped.into()), &screen), DONE);
        let other = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(report(Err(other.into()), &screen), MACHINE);
    }
}
