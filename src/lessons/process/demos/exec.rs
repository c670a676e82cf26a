//! From a name to a program: the search along PATH, the `#!` line, and what the process keeps.
//!
//! See execve(2), exec(3) for the search, and "Effect on process attributes" in execve(2).

pub(super) mod player;

use std::fs;
use std::io::{self, Write};

use anyhow::Context;

use super::columns::{WIDTH, bold, head, narrow, prose};
use super::player::Player;
use super::stage::{self, Program};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::recording::{FIRST, Made};
use crate::model::text::{errno_name, signal_name};
use crate::model::{Arg, Experiment, InputFile, Recording, Run, SigSet, Step, What};
use crate::sys::proc;
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "exec",
    title: "the search along PATH, the #! line, and what a process keeps across exec",
    run,
};

const PROGRAM: Program = Program {
    file: "search.c",
    source: include_str!("../../../../lessons/process/code/search.c"),
};

/// How long a command may take to end.
const WITHIN_MS: u64 = 5000;

/// What there is to be found: the path, its content, whether it may be executed.
const FILES: &[(&str, &str, bool)] = &[
    ("/lab/empty/other", "", false),
    ("/lab/closed/hello", "#!/bin/sh\nexit 7\n", false),
    ("/lab/open/hello", "#!/bin/sh\nexit 7\n", true),
    ("/lab/open/greet", "#!/usr/bin/env sh\nexit 8\n", true),
    ("/lab/open/plain", "exit 9\n", true),
];

/// One search: what is special about it, the directories of PATH, and the command.
struct Search {
    story: &'static str,
    path: &'static [&'static str],
    command: &'static str,
}

/// From what works to what does not.
const SEARCHES: &[Search] = &[
    Search {
        story: "a script that begins with #!/bin/sh",
        path: &["/lab/empty", "/lab/closed", "/lab/open"],
        command: "hello",
    },
    Search {
        story: "a script that begins with #!/usr/bin/env sh",
        path: &["/lab/open", "/usr/bin", "/bin"],
        command: "greet",
    },
    Search {
        story: "a script without #!",
        path: &["/lab/open"],
        command: "plain",
    },
    Search {
        story: "a file that may not be executed",
        path: &["/lab/empty", "/lab/closed"],
        command: "hello",
    },
    Search {
        story: "no such file",
        path: &["/lab/empty", "/lab/open"],
        command: "helo",
    },
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("From a name to a program", options.color))?;
    let story = "The kernel knows no PATH: it executes a file or says why not. execvp(3) tries one \
                 directory after the other, here for five commands.";
    writeln!(out, "{}", prose(story))?;
    out.flush()?;
    let performed = stage::perform(PROGRAM, experiment(), options);
    options.go_on()?;
    // The other half needs no tracer.
    match performed.unwrap_or_else(|error| Err(format!("{error:#}"))) {
        Ok(trials) => {
            let runs = trials.first().map_or(&[][..], |trial| &trial.runs);
            for (search, recording) in SEARCHES.iter().zip(runs) {
                let title = format!(
                    "{}, PATH={}: {}",
                    search.command,
                    search.path.join(":"),
                    search.story
                );
                out.write_all(prose(&title).as_bytes())?;
                writeln!(out, "{}", searched(recording))?;
            }
        }
        Err(why) => writeln!(out, "{}", prose(&format!("Not tried here: {why}.")))?,
    }
    let meaning = "ENOENT and EACCES make execvp look further, and it remembers EACCES: that is \
                   how a shell knows 126 from 127. A #! line costs a second search only if it \
                   names env, which looks along PATH again; otherwise the kernel itself loads the \
                   interpreter, within the same call.";
    writeln!(out, "{}", prose(meaning))?;
    let title = "What one process keeps across exec";
    writeln!(out, "{}\n", bold(title, options.color))?;
    let story = "A process arranges its signals, descriptors and limits, and becomes cat. Both \
                 columns are what /proc says of it, before and after.";
    writeln!(out, "{}", prose(story))?;
    out.flush()?;
    options.go_on()?;
    match across_exec(options) {
        Ok(kept) => {
            out.write_all(table(&kept).as_bytes())?;
            writeln!(out)?;
            out.write_all(lesson(&kept).as_bytes())?;
        }
        Err(error) => out.write_all(prose(&format!("Not shown here: {error:#}.")).as_bytes())?,
    }
    Ok(())
}

/// A run for each search.
fn experiment() -> Experiment {
    let runs = SEARCHES.iter().map(|search| Run {
        args: std::iter::once(&search.command)
            .chain(search.path)
            .map(|arg| (*arg).to_owned())
            .collect(),
        steps: vec![Step::AwaitExit {
            within_ms: WITHIN_MS,
        }],
        watch: vec!["execve".to_owned()],
        ..Run::default()
    });
    Experiment {
        story: "a command is looked for".to_owned(),
        files: FILES
            .iter()
            .map(|(path, content, is_executable)| InputFile {
                path: (*path).to_owned(),
                content: content.as_bytes().to_vec(),
                is_executable: *is_executable,
                ..InputFile::default()
            })
            .collect(),
        runs: runs.collect(),
        ..Experiment::default()
    }
}

/// The calls of one search, each with its answer, and how it ended.
fn searched(recording: &Recording) -> String {
    let mut text = String::new();
    let own = |made: &Made<'_>| made.task == FIRST && made.call.name == "execve";
    // The first call is the one that began the program itself.
    for made in recording.calls().filter(own).skip(1) {
        let line = format!("  execve({})", arguments(made.call.args.as_slice()));
        text.push_str(&stage::shortened(&line, WIDTH - "  = -1 ENOEXEC".len()));
        match made.errno() {
            Some(errno) => text.push_str(&format!(" = -1 {}\n", errno_name(errno))),
            None => {
                text.push_str(" = 0\n");
                if let Some(program) = becomes(recording, made.enter) {
                    text.push_str(&format!("    and runs {}\n", visible(program)));
                }
            }
        }
    }
    if let Some((_, status)) = recording.outcome() {
        text.push_str(&format!("  {status}\n"));
    }
    text
}

/// Path and argument vector; of the environment only its length would be told.
fn arguments(args: &[Arg]) -> String {
    let mut shown = Vec::new();
    for arg in args.iter().take(2) {
        shown.push(match arg {
            Arg::Str(bytes) => format!("{:?}", String::from_utf8_lossy(&bytes.data)),
            Arg::Word(word) => visible(word),
            _ => "?".to_owned(),
        });
    }
    shown.join(", ")
}

/// The program that the process was after the exec that it entered at this event.
fn becomes(recording: &Recording, enter: usize) -> Option<&str> {
    recording.events[enter..]
        .iter()
        .find_map(|event| match &event.what {
            What::Exec(FIRST, state) => Some(state.path.as_str()),
            _ => None,
        })
}

/// One fact about a process, before its exec and after it.
struct Kept {
    what: String,
    before: String,
    after: String,
}

/// Lets a player become cat(1), and asks the kernel about it before and after.
fn across_exec(options: &DemoOptions) -> anyhow::Result<Vec<Kept>> {
    let mut player = Player::start("exec", &[], options)?;
    let numbers = player.hear()?;
    let (kept, closed) = numbers
        .split_once(' ')
        .context("two descriptors are needed")?;
    let descriptors = [kept.parse()?, closed.parse()?];
    let before = facts(player.pid(), descriptors)?;
    player.tell("go")?;
    // cat says what it is told: an answer comes from the new program.
    player.ask("are you cat?")?;
    let after = facts(player.pid(), descriptors)?;
    Ok(before
        .into_iter()
        .zip(after)
        .map(|((what, before), (_, after))| Kept {
            what,
            before,
            after,
        })
        .collect())
}

/// What the kernel says of a process, and of two of its descriptors.
fn facts(pid: i32, [kept, closed]: [i32; 2]) -> io::Result<Vec<(String, String)>> {
    let stat = proc::stat(pid)?;
    let link = |name: &str| match fs::read_link(format!("/proc/{pid}/{name}")) {
        Ok(target) => visible(&target.to_string_lossy()),
        Err(_) => "none".to_owned(),
    };
    let descriptors: Vec<String> = proc::descriptor_numbers(pid)?
        .iter()
        .map(i32::to_string)
        .collect();
    let program = link("exe");
    let program = program.rsplit('/').next().unwrap_or_default().to_owned();
    let status = proc::status(pid)?;
    let files = proc::limits(pid)?
        .into_iter()
        .find(|limit| limit.name == "NOFILE")
        .map_or_else(|| "?".to_owned(), |limit| limit.soft.to_string());
    let rows = [
        ("process".to_owned(), pid.to_string()),
        ("parent".to_owned(), stat.parent.to_string()),
        ("process group".to_owned(), stat.group.to_string()),
        ("working directory".to_owned(), link("cwd")),
        ("umask".to_owned(), format!("{:03o}", status.umask)),
        ("limit on open files".to_owned(), files),
        ("blocked signals".to_owned(), named(status.blocked)),
        (
            "pending signals".to_owned(),
            named(status.pending | status.shared_pending),
        ),
        ("ignored signals".to_owned(), named(status.ignored)),
        ("handled signals".to_owned(), named(status.caught)),
        (format!("descriptor {kept}"), link(&format!("fd/{kept}"))),
        (
            format!("descriptor {closed}, close-on-exec"),
            link(&format!("fd/{closed}")),
        ),
        ("open descriptors".to_owned(), descriptors.join(" ")),
        ("program".to_owned(), program),
        (
            "name".to_owned(),
            visible(&String::from_utf8_lossy(&stat.name)),
        ),
        (
            "address space".to_owned(),
            format!("{} KiB", status.memory.space),
        ),
    ];
    Ok(rows.into())
}

/// The names of signals, as kill(1) has them.
fn named(set: u64) -> String {
    let names: Vec<String> = SigSet(set)
        .signals()
        .map(|signo| signal_name(signo).trim_start_matches("SIG").to_owned())
        .collect();
    match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(" "),
    }
}

/// A fact a line.
fn table(kept: &[Kept]) -> String {
    let mut rows = vec![head(["", "before", "after", "kept?"])];
    for fact in kept {
        let is_kept = match fact.before == fact.after {
            true => "yes",
            false => "no",
        };
        rows.push(vec![
            fact.what.clone(),
            stage::shortened(&fact.before, 24),
            stage::shortened(&fact.after, 24),
            is_kept.to_owned(),
        ]);
    }
    narrow(&[], &rows)
}

/// What the table says.
fn lesson(kept: &[Kept]) -> String {
    let survived = kept.iter().filter(|fact| fact.before == fact.after).count();
    prose(&format!(
        "{survived} of {} facts are as they were: exec replaces the program, not the process. A \
         handler is code of the old program and cannot survive; that a signal is ignored or \
         blocked can, and does, which is why a program that starts others resets both. Read \
         on: `syslab process read exec`; `syslab process trace search` asks you about a search.",
        kept.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_shown_call_by_call() {
        let recording: Recording = "
            2 execve(\"/submission/main\", [\"main\"], 0x7ff /* 9 vars */) ...
            2 exec \"/submission/main\"
            2 ... execve = 0
            2 execve(\"/lab/empty/hello\", [\"hello\"], 0x7ff) = -1 ENOENT
            2 execve(\"/lab/closed/hello\", [\"hello\"], 0x7ff) = -1 EACCES
            2 execve(\"/lab/open/hello\", [\"hello\"], 0x7ff) ...
            2 exec \"/usr/bin/dash\"
            2 ... execve = 0
            2 +++ exit 7
        "
        .parse()
        .unwrap();
        assert_eq!(
            searched(&recording),
            "  execve(\"/lab/empty/hello\", [\"hello\"]) = -1 ENOENT
  execve(\"/lab/closed/hello\", [\"hello\"]) = -1 EACCES
  execve(\"/lab/open/hello\", [\"hello\"]) = 0
    and runs /usr/bin/dash
  exit 7
"
        );
    }

    #[test]
    fn sets_of_signals_have_names() {
        assert_eq!(named(0), "none");
        assert_eq!(
            named(1 << (libc::SIGHUP - 1) | 1 << (libc::SIGTERM - 1)),
            "HUP TERM"
        );
    }

    #[test]
    fn what_is_equal_was_kept() {
        let fact = |what: &str, before: &str, after: &str| Kept {
            what: what.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        };
        let kept = [
            fact("process", "12", "12"),
            fact("handled signals", "TERM", "none"),
        ];
        assert_eq!(
            table(&kept),
            "                 before  after  kept?
process          12      12     yes
handled signals  TERM    none   no
"
        );
        assert!(lesson(&kept).starts_with("1 of 2 facts"));
    }
}
