//! The first hour: what README.md tells a newcomer to type, typed, in a home that has nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use syslab::exit;

use crate::workspace::syslab;

/// The heading below which the commands are.
const HEADING: &str = "## The first hour";

/// What ends by itself within seconds, how it may end, and what it says. A lab that has just been begun
/// loses points, and a machine may lack what checks need.
const RUN: &[(&str, &[u8], &str)] = &[
    (
        "syslab doctor",
        &[exit::DONE, exit::MACHINE],
        "syslab init systems",
    ),
    ("syslab init systems", &[exit::DONE], "cd systems"),
    ("syslab", &[exit::DONE], "Next:"),
    ("syslab process read", &[exit::DONE], "Read on"),
    ("syslab process demo", &[exit::DONE], ""),
    ("syslab process trace", &[exit::DONE], "merged"),
    (
        "syslab process check durable-log",
        &[exit::FAILED, exit::MACHINE],
        "durable-log",
    ),
    ("syslab hint durable-log", &[exit::DONE], "durable-log"),
    ("syslab trace -e desc", &[exit::DONE], ""),
];

/// The commands of the README, in order, without the remarks behind them.
fn commands() -> Vec<String> {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme
        .split_once(HEADING)
        .expect("the README has its first hour");
    let block = section.split("```").nth(1).unwrap();
    let lines = block.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines
        .map(|line| line.split(" #").next().unwrap().trim().to_owned())
        .collect()
}

#[test]
fn every_command_of_the_readme_can_be_understood() {
    let commands = commands();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands
        .iter()
        .filter(|command| !command.starts_with("cd "))
    {
        let command = command.replace("PID", "1");
        let words = command.split_whitespace();
        let parsed = syslab::cli::command().try_get_matches_from(words);
        assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
    }
    for (begin, ..) in RUN {
        let is_there = commands.iter().any(|command| command.starts_with(begin));
        assert!(is_there, "the README does not say {begin}");
    }
}

#[test]
fn the_readmes_commands_do_what_it_says() {
    let home = tempfile::tempdir().unwrap();
    let mut here = home.path().to_owned();
    let mut typed = 0;
    for command in commands() {
        if let Some(directory) = command.strip_prefix("cd ") {
            here.push(directory);
            assert!(here.is_dir(), "{command}");
            continue;
        }
        // The longest beginning: `syslab` begins them all.
        let known = RUN.iter().filter(|(begin, ..)| {
            command == *begin || *begin != "syslab" && command.starts_with(begin)
        });
        let Some((_, codes, wanted)) = known.max_by_key(|(begin, ..)| begin.len()) else {
            continue;
        };
        typed += 1;
        let output = syslab(&here)
            .args(command.split_whitespace().skip(1))
            .env("HOME", home.path())
            .env_remove("XDG_DATA_HOME")
            .output()
            .unwrap();
        let (said, errors) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        let code = output
            .status
            .code()
            .and_then(|code| u8::try_from(code).ok());
        assert!(
            code.is_some_and(|code| codes.contains(&code)),
            "{command}: {code:?}\n{said}\n{errors}"
        );
        assert!(
            said.contains(wanted),
            "{command}: no {wanted:?} in\n{said}\n{errors}"
        );
    }
    assert_eq!(typed, RUN.len(), "each is typed once");
}
