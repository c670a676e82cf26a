//! A command before the tracer (`syslab trace`, as a process of its own), and its calls as rows.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::super::python;
use crate::lessons::columns::{WIDTH, narrow};
use crate::model::curriculum::DemoOptions;
use crate::model::recording::Made;
use crate::model::text::errno_name;
use crate::model::{Arg, Recording, What};
use crate::sys::temporary;
use crate::ui::visible;

/// What was recorded of a command, and what it has printed.
#[derive(Debug)]
pub(super) struct Traced {
    pub(super) recording: Recording,
    pub(super) out: String,
}

/// A call that names a file, or reads a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) call: String,
    /// The file; for a directory that is read, its descriptor.
    pub(super) name: String,
    /// What a link leads to, an errno's name, or a number.
    pub(super) answer: String,
    pub(super) has_failed: bool,
}

impl Asked {
    /// Whether this is the same question with the same answer; a descriptor is as good as another.
    pub(super) fn is_about_the_same(&self, other: &Self) -> bool {
        self.call == other.call && self.name == other.name && self.has_failed == other.has_failed
    }
}

/// Traces a command's calls of this set in a directory; or says why that cannot be done here.
///
/// # Errors
/// If the tracer says something that is no trace, or the user has interrupted the demo.
pub(super) fn trace(
    argv: &[&OsStr],
    set: &str,
    directory: &Path,
    options: &DemoOptions,
) -> anyhow::Result<Result<Traced, String>> {
    let own = std::env::current_exe().context("cannot tell which program this is")?;
    let kept = temporary::file().context("cannot make a temporary file")?;
    let mut words = vec![own.as_os_str()];
    words.extend(["trace", "-e", set, "-o"].map(OsStr::new));
    words.push(kept.path().as_os_str());
    words.push(OsStr::new("--"));
    words.extend(argv);
    let change = |command: &mut std::process::Command| {
        command.current_dir(directory);
    };
    let ended = python::run(&words, change, options)?;
    let text = fs::read(kept.path())?;
    if text.is_empty() {
        let said = ended.err.lines().last().unwrap_or("it says nothing");
        return Ok(Err(visible(said.trim_start_matches("error: "))));
    }
    let recording = String::from_utf8_lossy(&text)
        .parse()
        .map_err(|error| anyhow::anyhow!("the trace cannot be read: {error}"))?;
    Ok(Ok(Traced {
        recording,
        out: ended.out,
    }))
}

/// The calls of the first process, and of it alone.
pub(super) fn asked(recording: &Recording) -> Vec<Asked> {
    let first = recording.calls().next().map(|made| made.task);
    recording
        .calls()
        .filter(|made| Some(made.task) == first)
        .filter_map(|made| ask(&made))
        .collect()
}

fn ask(made: &Made<'_>) -> Option<Asked> {
    let mut strings = made.call.args.iter().filter_map(text);
    let name = match made.call.args.first() {
        Some(Arg::Fd(fd)) if made.call.name == "getdents64" => {
            format!("(descriptor {})", fd.number)
        }
        _ => strings.next()?,
    };
    let answer = match (made.errno(), made.value()) {
        (Some(errno), _) => errno_name(errno).into_owned(),
        (None, Some(_)) if made.call.name.starts_with("readlink") => strings.next()?,
        (None, Some(value)) => value.to_string(),
        (None, None) => "?".to_owned(),
    };
    Some(Asked {
        call: made.call.name.clone(),
        name,
        answer,
        has_failed: made.errno().is_some(),
    })
}

fn text(arg: &Arg) -> Option<String> {
    match arg {
        Arg::Str(bytes) => {
            let mut text = String::from_utf8_lossy(&bytes.data).into_owned();
            if bytes.cut > 0 {
                text.push_str("...");
            }
            // What stat(2) of a descriptor has instead of a name.
            (!text.is_empty()).then_some(text)
        }
        _ => None,
    }
}

/// Processes that were started, and calls of execve(2) by all of them.
pub(super) fn crowd(recording: &Recording) -> (usize, usize) {
    let is_process = |what: &What| matches!(what, What::Fork { thread: false, .. });
    let forks = recording
        .events
        .iter()
        .filter(|event| is_process(&event.what));
    let calls = recording.calls().filter(|made| made.call.name == "execve");
    (forks.count(), calls.count())
}

/// One call a line, names under each other. `places` are shown as the words beside them.
pub(super) fn rows(asked: &[&Asked], places: &[(&str, &str)]) -> String {
    let mut table: Vec<Vec<String>> = Vec::new();
    for one in asked {
        let answer = match one.call.starts_with("readlink") && !one.has_failed {
            true => format!("-> {}", renamed(&one.answer, places)),
            false => format!("= {}", visible(&one.answer)),
        };
        table.push(vec![one.call.clone(), renamed(&one.name, places), answer]);
    }
    let widest = |column: usize| {
        let cells = table.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let room = WIDTH.saturating_sub(widest(0) + widest(2) + 6);
    for row in &mut table {
        row[1] = end_of(&row[1], room);
        row[0] = format!("  {}", row[0]);
    }
    narrow(&[], &table)
}

fn renamed(name: &str, places: &[(&str, &str)]) -> String {
    let mut name = name.to_owned();
    for (place, word) in places {
        if let Some(rest) = name.strip_prefix(place)
            && (rest.is_empty() || rest.starts_with('/'))
        {
            name = format!("{word}{rest}");
        }
    }
    visible(&name)
}

/// The end of a path, by which it is told from others.
fn end_of(path: &str, width: usize) -> String {
    const MARK: &str = "...";
    let count = path.chars().count();
    match count <= width {
        true => path.to_owned(),
        false => {
            let tail: String = path
                .chars()
                .skip(count - width.saturating_sub(MARK.len()))
                .collect();
            format!("{MARK}{tail}")
        }
    }
}

/// A call that went well, for tests.
#[cfg(test)]
pub(super) fn one(call: &str, name: &str) -> Asked {
    Asked {
        call: call.to_owned(),
        name: name.to_owned(),
        answer: "0".to_owned(),
        has_failed: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_the_first_process_are_rows() {
        let recording: Recording = "
            7 openat(AT_FDCWD, \"/tmp/x/pyvenv.cfg\", O_RDONLY) = -1 ENOENT
            7 readlink(\"/usr/bin/python3\", \"python3.11\", 4096) = 10
            7 readlink(\"/usr/bin/python\", \"/opt/a\"...5, 4096) = 11
            7 newfstatat(3<?>, \"\", {st_mode=S_IFREG|0644, ...}, AT_EMPTY_PATH) = 0
            7 fork 8
            8 openat(AT_FDCWD, \"/elsewhere\", O_RDONLY) = 3
            7 getdents64(3<?>, 0x7620d90, 32768) = 144
        "
        .parse()
        .unwrap();
        let asked = asked(&recording);
        let all: Vec<&Asked> = asked.iter().collect();
        assert_eq!(
            rows(&all, &[("/tmp/x", "HERE")]),
            "  openat      HERE/pyvenv.cfg   = ENOENT
  readlink    /usr/bin/python3  -> python3.11
  readlink    /usr/bin/python   -> /opt/a...
  getdents64  (descriptor 3)    = 144
"
        );
        assert_eq!(crowd(&recording), (1, 0));
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        assert_eq!(end_of("/a/very/long/path", 10), "...ng/path");
        assert_eq!(renamed("/tmp/xy/z", &[("/tmp/x", "HERE")]), "/tmp/xy/z");
    }
}
