//! strace is the oracle: on real programs the two must tell the same story.
//!
//! Compared is, task by task and in order, which calls were made and what they returned; values
//! that differ from run to run (addresses, process ids, times) are not.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// Real programs that do the same each time.
const PROGRAMS: &[&[&str]] = &[
    &["/bin/true"],
    &["ls", "-l", "/usr"],
    &["sh", "-c", "echo one | cat | wc -c; exit 3"],
    &["sh", "-c", "(exit 7) & wait $!; kill -TERM $$"],
    &[
        "/usr/bin/python3",
        "-c",
        "import os, json; os.write(1, json.dumps({'a': 1}).encode())",
    ],
    &[
        "/usr/bin/python3",
        "-c",
        "import subprocess; subprocess.run(['true'], check=True)",
    ],
    &["find", "/etc/alternatives", "-maxdepth", "1", "-name", "a*"],
    &["sort", "-r", "/etc/passwd"],
    &["tar", "-cf", "/dev/null", "/etc/ssl"],
    &[
        "env",
        "-i",
        "dash",
        "-c",
        "cat < /etc/hostname > /dev/null; test -f /nonexistent",
    ],
    &["gcc", "--version"],
    &["sed", "-n", "1p", "/etc/group"],
];

/// Calls whose result differs from run to run, or that depend on the tracer.
const VOLATILE: &[&str] = &[
    "brk",
    "mmap",
    "mremap",
    "getpid",
    "gettid",
    "getppid",
    "fork",
    "vfork",
    "clone",
    "clone3",
    "wait4",
    "waitid",
    "set_tid_address",
    "getpgrp",
    "getpgid",
    "getsid",
    "kill",
    "tgkill",
    "getrandom",
    "futex",
    "prctl",
];

/// Calls of which a program makes more or fewer, or sooner or later, as its children end.
const TIMED: &[&str] = &["rt_sigreturn", "rt_sigsuspend", "rt_sigprocmask", "wait4"];

/// One task's calls: name and answer.
type Story = Vec<String>;

/// The stories of all tasks, sorted.
fn stories(lines: impl Iterator<Item = (String, String, String)>) -> Vec<Story> {
    let mut order = Vec::new();
    let mut stories: BTreeMap<String, Story> = BTreeMap::new();
    for (task, name, answer) in lines {
        if TIMED.contains(&name.as_str()) {
            continue;
        }
        if !stories.contains_key(&task) {
            order.push(task.clone());
        }
        let shown = if VOLATILE.contains(&name.as_str()) {
            "*".to_owned()
        } else {
            answer
        };
        stories
            .entry(task)
            .or_default()
            .push(format!("{name} = {shown}"));
    }
    order
        .iter()
        .filter_map(|task| stories.remove(task))
        .collect()
}

/// The first word of an answer and the errno's name: `-1 ENOENT`.
fn answer(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        // The kernel's own word for "to be restarted" is not shown alike.
        ["?", ..] => "?".to_owned(),
        [_, errno, ..] if errno.starts_with('E') && !errno.starts_with("ERESTART") => {
            format!("-1 {errno}")
        }
        [_, errno, ..] if errno.starts_with("ERESTART") => "?".to_owned(),
        [value, ..] => decimal(value.split('<').next().unwrap_or(value)),
        [] => String::new(),
    }
}

/// A number that strace shows in hexadecimal (flags) or octal (modes), as decimal.
fn decimal(text: &str) -> String {
    let number = match (text.strip_prefix("0x"), text.strip_prefix('0')) {
        (Some(digits), _) => i64::from_str_radix(digits, 16).ok(),
        (None, Some(digits)) if !digits.is_empty() => i64::from_str_radix(digits, 8).ok(),
        _ => None,
    };
    number.map_or_else(|| text.to_owned(), |number| number.to_string())
}

fn by_strace(text: &str) -> Vec<Story> {
    let mut unfinished: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut calls: Vec<(String, String, String)> = Vec::new();
    for line in text.lines() {
        let Some((task, rest)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        let (task, rest) = (task.to_owned(), rest.trim_start());
        if rest.starts_with("+++") || rest.starts_with("---") {
            continue;
        }
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let name = resumed
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned();
            let result = resumed.rsplit_once(" = ").map_or("?", |(_, result)| result);
            if let Some(at) = unfinished.remove(&(task, name)) {
                calls[at].2 = answer(result);
            }
            continue;
        }
        let Some((name, _)) = rest.split_once('(') else {
            continue;
        };
        let result = if rest.ends_with("<unfinished ...>") {
            unfinished.insert((task.clone(), name.to_owned()), calls.len());
            "?".to_owned()
        } else {
            rest.rsplit_once(" = ")
                .map_or("?".to_owned(), |(_, result)| answer(result))
        };
        calls.push((task, name.to_owned(), result));
    }
    stories(calls.into_iter())
}

fn by_syslab(text: &str) -> Vec<Story> {
    let recording: syslab::model::Recording = text.parse().expect("a trace is a recording");
    let calls: Vec<_> = recording
        .calls()
        .map(|made| {
            let result = match made.returned {
                None => "?".to_owned(),
                Some(returned) => match returned.errno {
                    Some(errno) if errno >= 512 => "?".to_owned(),
                    Some(errno) => format!("-1 {}", syslab::model::text::errno_name(errno)),
                    None => returned.value.to_string(),
                },
            };
            (made.task.to_string(), made.call.name.clone(), result)
        })
        .collect();
    stories(calls.into_iter())
}

/// A tracer that starts programs without randomness: addresses and hashes decide how often a
/// program asks for memory.
fn fixed(tracer: &str) -> Command {
    let mut command = Command::new("setarch");
    command.args(["-R", tracer]).env("PYTHONHASHSEED", "0");
    command
}

fn run(command: &mut Command) {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok(), "{command:?}: {status:?}");
}

#[test]
fn strace_and_syslab_tell_the_same_story() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: needs strace");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (theirs, ours) = (
        directory.path().join("strace"),
        directory.path().join("syslab"),
    );
    let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    for program in PROGRAMS {
        // A program of several tasks may itself do now this, now that; what the tracers make of
        // it differs only by their own doing if it always does.
        let told = (0..ATTEMPTS).map(|_| {
            run(fixed("strace")
                .args(["-f", "-o"])
                .arg(&theirs)
                .args(*program));
            run(fixed(env!("CARGO_BIN_EXE_syslab"))
                .args(["trace", "-o"])
                .arg(&ours)
                .arg("--")
                .args(*program));
            difference(&by_strace(&read(&theirs)), &by_syslab(&read(&ours)))
        });
        let differences: Vec<String> = told.map_while(Result::err).collect();
        assert!(
            differences.len() < ATTEMPTS,
            "{program:?}: {}",
            differences.join("\n")
        );
    }
}

/// How often a program is compared before a difference counts. One that is of the tracers' making
/// shows every time; one that is of the moment does not, however busy the machine is.
const ATTEMPTS: usize = 30;

/// Where two tellings of the same program differ.
fn difference(theirs: &[Story], ours: &[Story]) -> Result<(), String> {
    if theirs.len() != ours.len() {
        return Err(format!("{} tasks and {}", theirs.len(), ours.len()));
    }
    for (task, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
        let differs = theirs.iter().zip(ours).position(|(a, b)| a != b);
        if differs.is_none() && theirs.len() == ours.len() {
            continue;
        }
        let at = differs.unwrap_or(theirs.len().min(ours.len()));
        let around =
            |story: &Story| story[at.saturating_sub(2)..story.len().min(at + 3)].join("; ");
        return Err(format!(
            "task {task}, call {at}:\nstrace: {}\nsyslab: {}",
            around(theirs),
            around(ours)
        ));
    }
    Ok(())
}
