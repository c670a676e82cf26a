//! Which compilers, interpreters and tools are there.

use std::process::{Command, Stdio};

use super::machine::{Probe, Standing};

/// A tool, how it tells its version, and who needs it.
struct Tool {
    name: &'static str,
    version: &'static [&'static str],
    advice: &'static str,
}

/// In the order in which they are shown.
const TOOLS: &[Tool] = &[
    Tool {
        name: "python3",
        version: &["--version"],
        advice: "only for submissions in Python: install python3",
    },
    Tool {
        name: "cc",
        version: &["--version"],
        advice: "only for submissions in C, and for linking Rust: install gcc or clang",
    },
    Tool {
        name: "rustc",
        version: &["--version"],
        advice: "only for submissions in Rust: install it from rustup.rs",
    },
    Tool {
        name: "make",
        version: &["--version"],
        advice: "only for submissions with a Makefile: install make",
    },
    Tool {
        name: "go",
        version: &["version"],
        advice: "only for submissions in Go: install go",
    },
    Tool {
        name: "strace",
        version: &["--version"],
        advice: "not needed by any check; failed checks show strace commands: install strace",
    },
];

pub(super) fn probes() -> impl Iterator<Item = Probe> {
    TOOLS.iter().map(|tool| match version(tool) {
        Some(version) => Probe::good(tool.name, version),
        None => Probe::new(tool.name, Standing::Weak, "not found", tool.advice),
    })
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
