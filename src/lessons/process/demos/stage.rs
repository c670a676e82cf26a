//! Puts the demos' programs before the tracer, and shows what it saw in few columns.

use std::fs;
use std::num::NonZero;
use std::os::unix::fs::PermissionsExt;

use anyhow::Context;

use super::columns::WIDTH;
use crate::bench::{self, BenchError, Observation, Observed};
use crate::model::curriculum::DemoOptions;
use crate::model::recording::FIRST;
use crate::model::text::event_line;
use crate::model::{Experiment, Recording, What};
use crate::sys::temporary;

/// A program of a demo; its file is also what the text shows.
#[derive(Clone, Copy, Debug)]
pub(in crate::lessons) struct Program {
    /// The name of its file in `lessons/LESSON/code`, or `run` for one that is executed as it is.
    pub(in crate::lessons) file: &'static str,
    /// The content of that file.
    pub(in crate::lessons) source: &'static str,
}

/// What was observed, or why this machine cannot start such a program (it has no compiler, say).
pub(in crate::lessons) type Performed = Result<Vec<Observed>, String>;

/// Performs an experiment on a program.
///
/// # Errors
/// If this machine cannot observe programs, a trial went wrong for a reason of ours, or the user
/// interrupted it.
pub(in crate::lessons) fn perform(
    program: Program,
    experiment: Experiment,
    options: &DemoOptions,
) -> anyhow::Result<Performed> {
    let directory = temporary::directory().context("cannot make a temporary directory")?;
    let name = match program.file.rsplit_once('.') {
        Some((_, extension)) => format!("main.{extension}"),
        None => program.file.to_owned(),
    };
    let main = directory.path().join(&name);
    fs::write(&main, program.source).context("cannot write the program")?;
    if name == program.file {
        fs::set_permissions(&main, fs::Permissions::from_mode(0o755))
            .context("cannot make the program executable")?;
    }
    let observation = Observation {
        program: directory.path().to_owned(),
        experiment,
        jobs: std::thread::available_parallelism().map_or(1, NonZero::get),
    };
    let observed = match bench::observe(&observation, &options.interrupted) {
        Ok(observed) => observed,
        Err(BenchError::Refused { causes, .. }) => return Ok(Err(causes.join(": "))),
        Err(error) => return Err(error.into()),
    };
    if let Some(trouble) = observed.iter().find_map(|trial| trial.trouble.as_ref()) {
        anyhow::bail!("{}: {trouble}", program.file);
    }
    Ok(Ok(observed))
}

/// The events of the first process among `events`, a call once, each on a line of its own that
/// fits into the screen behind `indent` blanks.
pub(in crate::lessons) fn lines(
    recording: &Recording,
    events: impl IntoIterator<Item = usize>,
    indent: usize,
) -> String {
    let mut text = String::new();
    for at in events {
        let is_shown = match recording.events.get(at).map(|event| &event.what) {
            Some(What::Enter(task, _) | What::Signal(task, _) | What::Struck(task, _)) => {
                *task == FIRST
            }
            Some(What::End { task, .. }) => *task == FIRST,
            _ => false,
        };
        if is_shown {
            let line = event_line(recording, at);
            // All are about one process: its number says nothing.
            let line = line.split_once(' ').map_or(line.as_str(), |(_, rest)| rest);
            text.push_str(&" ".repeat(indent));
            text.push_str(&shortened(line, WIDTH - indent));
            text.push('\n');
        }
    }
    text
}

/// The line with its middle left out, if it is longer than `width`: the result is at its end, and
/// is left whole if it takes at most a half.
pub(in crate::lessons) fn shortened(line: &str, width: usize) -> String {
    const MARK: &str = " ... ";
    let chars: Vec<char> = line.chars().collect();
    if chars.len() <= width {
        return line.to_owned();
    }
    let result = line
        .rfind(" = ")
        .map_or(0, |at| line[at + 1..].chars().count());
    let tail = (width / 4).max(result.min(width / 2));
    let head = width - tail - MARK.len();
    let start: String = chars[..head].iter().collect();
    let end: String = chars[chars.len() - tail..].iter().collect();
    format!("{start}{MARK}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_shown_once_and_the_world_not_at_all() {
        let recording: Recording = "
            2 read(0<pipe:[1]>, \"a\\n\", 64) ...
            * stdin \"b\\n\"
            2 ... read = 2
            3 --- SIGTERM
            2 --- SIGTERM
            2 +++ signal SIGTERM
        "
        .parse()
        .unwrap();
        assert_eq!(
            lines(&recording, 0..recording.events.len(), 2),
            "  read(0<pipe:[1]>, \"a\\n\", 64) = 2\n  --- SIGTERM\n  +++ signal SIGTERM\n"
        );
    }

    #[test]
    fn a_long_line_keeps_its_result() {
        let line = format!("write(3, \"{}\", 4096) = 4096", "r".repeat(500));
        let short = shortened(&line, 60);
        assert_eq!(short.chars().count(), 60);
        assert!(short.ends_with("4096) = 4096"), "{short}");
        let short = shortened(&line.replace("= 4096", "= -1 ERESTART_RESTARTBLOCK"), 60);
        assert!(short.ends_with("... = -1 ERESTART_RESTARTBLOCK"), "{short}");
        assert_eq!(shortened("close(3) = 0", 60), "close(3) = 0");
    }
}
