//! Which compilers, interpreters and tools are there.

use std::process::{Command, Stdio};

use super::machine::{Probe, Standing};
use crate::sys::version::numbers;

/// A tool, how it tells its version, and who needs it.
struct Tool {
    name: &'static str,
    version: &'static [&'static str],
    /// The oldest for which our starters and solutions are written.
    since: Option<(u32, u32)>,
    advice: &'static str,
}

/// In the order in which they are shown.
const TOOLS: &[Tool] = &[
    Tool {
        name: "python3",
        version: &["--version"],
        since: Some((3, 10)),
        advice: "only for submissions in Python: install python3",
    },
    Tool {
        name: "cc",
        version: &["--version"],
        since: None,
        advice: "only for submissions in C, and for linking Rust: install gcc or clang",
    },
    Tool {
        name: "rustc",
        version: &["--version"],
        since: Some((1, 85)),
        advice: "only for submissions in Rust: install it from rustup.rs",
    },
    Tool {
        name: "make",
        version: &["--version"],
        since: None,
        advice: "only for submissions with a Makefile: install make",
    },
    Tool {
        name: "go",
        version: &["version"],
        since: None,
        advice: "only for submissions in Go: install go",
    },
    Tool {
        name: "strace",
        version: &["--version"],
        since: None,
        advice: "not needed by any check; failed checks show strace commands: install strace",
    },
];

pub(super) fn probes() -> impl Iterator<Item = Probe> {
    TOOLS.iter().map(|tool| found(tool, version(tool)))
}

/// What is to be said of a tool that tells this version, or is not there.
fn found(tool: &Tool, version: Option<String>) -> Probe {
    let Some(version) = version else {
        return Probe::new(tool.name, Standing::Weak, "not found", tool.advice);
    };
    match tool.since {
        Some((major, minor)) if numbers(&version).is_some_and(|it| it < (major, minor)) => {
            let advice = format!(
                "our own programs in this language, starters too, are for {major}.{minor} and later"
            );
            Probe::new(tool.name, Standing::Weak, version, advice)
        }
        _ => Probe::good(tool.name, version),
    }
}

/// The first line that a tool says about its version.
fn version(tool: &Tool) -> Option<String> {
    let output = Command::new(tool.name)
        .args(tool.version)
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(name: &str, version: &str) -> Standing {
        let tool = TOOLS.iter().find(|tool| tool.name == name).unwrap();
        found(tool, Some(version.to_owned())).standing
    }

    #[test]
    fn what_is_too_old_for_our_programs_is_said_to_be() {
        assert_eq!(standing("python3", "Python 3.8.18"), Standing::Weak);
        assert_eq!(standing("python3", "Python 3.10.0rc1"), Standing::Good);
        assert_eq!(standing("python3", "Python 3.14.0"), Standing::Good);
        assert_eq!(standing("rustc", "rustc 1.63.0"), Standing::Weak);
        assert_eq!(
            standing("rustc", "rustc 1.95.0 (59807616e 2026-04-14)"),
            Standing::Good
        );
        // What cannot be read is not held against anybody.
        assert_eq!(standing("rustc", "a compiler"), Standing::Good);
        assert_eq!(standing("cc", "cc (Debian 4.2) 4.2"), Standing::Good);
    }
}
