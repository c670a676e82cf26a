//! What a device process wrote down, by starts of the program.

use crate::gpu::host::Fact;
use crate::gpu::host::calls::{Role, role};
use crate::gpu::host::facts::{Call, End, Failed, Left};
use crate::lessons::sight;
use crate::model::{Failure, Objection, Stream, Trial};

/// One start of the program.
#[derive(Clone, Debug, Default)]
pub(super) struct Start {
    /// What was seen, in order.
    pub(super) facts: Vec<Fact>,
}

impl Start {
    /// The call that was made to fail.
    pub(super) fn refused(&self) -> Option<&Failed> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::Refused(failed) => Some(failed),
            _ => None,
        })
    }

    /// How it ended.
    pub(super) fn end(&self) -> Option<&End> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::End(end) => Some(end),
            _ => None,
        })
    }

    /// Whether a kernel did what ends a launch: from then on every call fails, also those that give something
    /// back.
    pub(super) fn has_lost_its_device(&self) -> bool {
        self.facts.iter().any(|fact| match fact {
            Fact::KernelFault { fault, .. } => fault.kind.ends_a_launch(),
            _ => false,
        })
    }

    /// What it has not given back, and could have.
    pub(super) fn left(&self) -> Vec<&Left> {
        if self.has_lost_its_device() {
            return Vec::new();
        }
        let left = self.facts.iter().filter_map(|fact| match fact {
            Fact::Left(left) => Some(left),
            _ => None,
        });
        left.collect()
    }

    /// Its calls.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.facts.iter().filter_map(|fact| match fact {
            Fact::Call(call) => Some(call),
            _ => None,
        })
    }

    /// The number of the last call that waited for a result: what comes after it takes nothing from it.
    pub(super) fn last_wait(&self) -> Option<u32> {
        let waits = self.facts.iter().filter_map(|fact| match fact {
            Fact::Waited { number, name, .. } if role(name) != Role::Release => Some(*number),
            _ => None,
        });
        waits.max()
    }

    /// What one of its kernels did wrong, in words.
    pub(super) fn kernel_fault(&self) -> Option<String> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::KernelFault { function, fault } => {
                let site = fault.site.as_ref().map(|site| format!("\n  {site}"));
                // A mangled name of C++ is none that anybody has written.
                let name = match function.starts_with("_Z") {
                    true => String::new(),
                    false => format!(" {function}"),
                };
                Some(format!(
                    "the kernel{name} {}, in {}{}",
                    fault.text,
                    fault.at,
                    site.unwrap_or_default()
                ))
            }
            _ => None,
        })
    }

    /// What it gave back that was not there, in words.
    pub(super) fn misuse(&self) -> Option<String> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::Misused { number, name, what } => {
                Some(format!("{name} (call {number}) fails: {what}"))
            }
            _ => None,
        })
    }
}

/// All starts of one run.
///
/// # Errors
/// Blind if the facts have no end, or the simulator cannot run the program's kernels; a failure if a limit
/// ended the run.
pub(super) fn starts(trial: &Trial<'_>, run: usize) -> Result<Vec<Start>, Objection> {
    let recording = sight::recording(trial, run)?;
    let text = recording.received(Stream::Stdout);
    let mut starts: Vec<Start> = Vec::new();
    let mut is_done = false;
    for line in String::from_utf8_lossy(&text).lines() {
        let Ok(fact) = serde_json::from_str(line) else {
            continue;
        };
        match fact {
            Fact::Program { .. } => starts.push(Start::default()),
            Fact::Unsupported { what } => {
                return Err(Objection::Blind(format!(
                    "the simulator cannot run it: {what}"
                )));
            }
            Fact::Broken { why } => {
                return Err(Objection::Blind(format!(
                    "the program does not speak to the device as the library does: {why}"
                )));
            }
            Fact::Done => is_done = true,
            fact => {
                if let Some(start) = starts.last_mut() {
                    start.facts.push(fact);
                }
            }
        }
    }
    if let Some(failure) = sight::limited(recording, run) {
        return Err(stuck(&starts, failure).into());
    }
    match is_done {
        true => Ok(starts),
        false => Err(Objection::Blind(
            "the device process did not come to its end".to_owned(),
        )),
    }
}

/// The only start of a run, and its end.
///
/// # Errors
/// As [`starts`].
pub(super) fn only(trial: &Trial<'_>, run: usize) -> Result<(Start, End), Objection> {
    let start = starts(trial, run)?.into_iter().next();
    let ended = start.and_then(|start| {
        let end = start.end()?.clone();
        Some((start, end))
    });
    ended.ok_or_else(|| Objection::Blind("the program was not started".to_owned()))
}

/// What the program was doing when a limit ended the run.
fn stuck(starts: &[Start], failure: Failure) -> Failure {
    let why = match starts.last().and_then(Start::refused) {
        Some(failed) => format!(
            "when {} (call {}) fails: {}",
            failed.name, failed.number, failure.why
        ),
        None => failure.why.clone(),
    };
    Failure { why, ..failure }
}

/// How a program ended, in words that follow a subject.
pub(super) fn how(end: &End) -> String {
    match (end.status, end.signal) {
        (Some(status), _) => format!("exits with status {status}"),
        (None, Some(signal)) => format!("is ended by {}", crate::model::text::signal_name(signal)),
        (None, None) => "ends".to_owned(),
    }
}

/// What it said on standard error, behind an indentation; its last lines.
pub(super) fn said(end: &End) -> String {
    /// Lines that are shown.
    const SHOWN: usize = 6;
    let lines: Vec<&str> = end.stderr.trim_end().lines().collect();
    let last = &lines[lines.len().saturating_sub(SHOWN)..];
    last.iter().map(|line| format!("\n  {line}")).collect()
}
