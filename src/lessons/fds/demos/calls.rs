//! How many system calls a player makes, counted by `syslab trace` while it plays.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use tempfile::TempDir;

use crate::lessons::player::{PLAYER_COMMAND, Player};
use crate::model::curriculum::DemoOptions;
use crate::sys::temporary;

/// Becomes a player whose parent is the shell's own: the tracer. `$0` is this binary.
const SCRIPT: &str = "command=$1; shift; exec \"$0\" \"$command\" \"$PPID\" \"$@\"";

/// A player before the tracer.
pub(super) struct Traced {
    /// The player.
    pub(super) player: Player,
    directory: TempDir,
}

impl Traced {
    /// Starts a player in a role, and counts its calls of this set; `lie` is what the kernel shall
    /// lie about, in the words of `syslab trace --inject`.
    pub(super) fn start(
        role: &str,
        args: &[&str],
        set: &str,
        lie: Option<&str>,
        options: &DemoOptions,
    ) -> anyhow::Result<Self> {
        let directory = temporary::directory().context("cannot make a temporary directory")?;
        let own = std::env::current_exe().context("cannot tell which program this is")?;
        let mut command = Command::new("/proc/self/exe");
        command.args(["trace", "-e", set]);
        if let Some(lie) = lie {
            command.args(["--inject", lie]);
        }
        command.arg("-o").arg(file(directory.path())).arg("--");
        command.args(["sh", "-c", SCRIPT]).arg(own);
        command.args([PLAYER_COMMAND, role]).args(args);
        command.stderr(Stdio::null());
        Ok(Self {
            player: Player::behind(&mut command, options)?,
            directory,
        })
    }

    /// How many calls it made, by name, once it has ended; `None` if they could not be counted.
    pub(super) fn calls(mut self) -> anyhow::Result<Option<BTreeMap<String, u64>>> {
        if !self.player.end()?.success() {
            return Ok(None);
        }
        let text = fs::read(file(self.directory.path()))?;
        Ok(Some(counted(&String::from_utf8_lossy(&text))))
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("trace")
}

/// The calls in a trace, by name: lines like `2 read(3, ...`.
fn counted(trace: &str) -> BTreeMap<String, u64> {
    let mut calls = BTreeMap::new();
    for line in trace.lines() {
        let Some((_, what)) = line.split_once(' ') else {
            continue;
        };
        let Some((name, _)) = what.split_once('(') else {
            continue;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.is_empty() && name.chars().all(is_name) {
            *calls.entry(name.to_owned()).or_default() += 1;
        }
    }
    calls
}

/// The calls of a run that did something, less those of one that did nothing.
pub(super) fn difference(busy: &BTreeMap<String, u64>, idle: &BTreeMap<String, u64>) -> u64 {
    let all = busy
        .iter()
        .map(|(name, count)| count.saturating_sub(idle.get(name).copied().unwrap_or_default()));
    all.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_once_each() {
        let trace = "\
7 exec \"/bin/sh\" fds=0</dev/null [3]>
7 begin
7 read(3<file>, \"a (b\"...12, 64) = 12
7 write(4, \"x\", 1) ...
8 read(0, \"\", 1) = 0
7 ... write = 1
7 +++ exit 0
";
        let calls = counted(trace);
        assert_eq!(
            calls.into_iter().collect::<Vec<_>>(),
            [("read".to_owned(), 2), ("write".to_owned(), 1)]
        );
    }

    #[test]
    fn what_a_start_costs_is_taken_off() {
        let run = |reads, writes| {
            BTreeMap::from([("read".to_owned(), reads), ("write".to_owned(), writes)])
        };
        assert_eq!(difference(&run(10, 5), &run(4, 5)), 6);
    }
}
