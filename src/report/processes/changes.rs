//! What has changed between two looks at the same tree, a line each.

use crate::model::snapshot::{Process, Snapshot, Wait};
use crate::ui::visible;

use super::{ended_words, mentioned, state_word, waits};
use crate::report::figures::{signals, size};
use crate::report::names::called;

/// Memory has changed if it has by this many KiB, and by a tenth.
const NOTEWORTHY_KIB: u64 = 1024;

/// What has changed, in the order of the tree; each line says of whom.
///
/// Processor time and age change always, and are left out.
pub fn changes(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let mut lines = Vec::new();
    for process in &after.processes {
        let former = before
            .process(process.pid)
            .filter(|former| former.is_same(process));
        match former {
            None => lines.push(format!(
                "+ {} {}, child of {}",
                process.pid,
                called(&process.command, &process.name),
                mentioned(after, process.parent)
            )),
            Some(former) => {
                let name = mentioned(after, process.pid);
                lines.extend(
                    differences((former, before), (process, after))
                        .into_iter()
                        .map(|what| format!("  {name}: {what}")),
                );
            }
        }
    }
    for former in &before.processes {
        let is_there = (after.process(former.pid)).is_some_and(|process| process.is_same(former));
        if !is_there {
            let how = match former.is_zombie() {
                true => "has been waited for",
                false => "has ended",
            };
            lines.push(format!("- {} {how}", mentioned(before, former.pid)));
        }
    }
    lines
}

fn differences(
    (former, before): (&Process, &Snapshot),
    (process, after): (&Process, &Snapshot),
) -> Vec<String> {
    if let (None, Some(ended)) = (&former.ended, &process.ended) {
        return vec![format!(
            "{}, and is a zombie of {}",
            ended_words(ended),
            mentioned(after, process.parent)
        )];
    }
    let mut lines = Vec::new();
    if former.command != process.command {
        lines.push(format!(
            "is now {}",
            called(&process.command, &process.name)
        ));
    }
    if former.parent != process.parent {
        lines.push(format!(
            "has a new parent: {}",
            mentioned(after, process.parent)
        ));
    }
    let (was, is) = (activity(former, before), activity(process, after));
    if was != is {
        lines.push(is);
    }
    for (what, was, is) in [
        ("blocks", blocked(former), blocked(process)),
        ("ignores", &former.ignored[..], &process.ignored[..]),
        ("handles", &former.caught, &process.caught),
        ("pending", &former.pending, &process.pending),
    ] {
        if was != is {
            let names = match is.is_empty() {
                true => "no signal".to_owned(),
                false => visible(&signals(is)),
            };
            lines.push(format!("{what} {names}"));
        }
    }
    let count = |process: &Process| process.descriptors.as_ref().map(|open| open.count);
    if let (Some(was), Some(is)) = (count(former), count(process))
        && was != is
    {
        lines.push(format!("descriptors {was} → {is}"));
    }
    if former.threads.len() != process.threads.len() {
        lines.push(format!(
            "threads {} → {}",
            former.threads.len(),
            process.threads.len()
        ));
    }
    lines.extend(memory(former, process));
    for limit in &process.limits {
        let was = former.limits.iter().find(|was| was.name == limit.name);
        if was.is_some_and(|was| (was.soft, was.hard) != (limit.soft, limit.hard)) {
            lines.push(format!("limit {}", super::limits::told(limit, true)));
        }
    }
    lines
}

/// State and wait of a process with one thread; of several, the state of the first.
fn activity(process: &Process, snapshot: &Snapshot) -> String {
    let (state, _) = state_word(process.state);
    let wait = match process.threads.as_slice() {
        [only] => only.wait.clone(),
        _ => None,
    };
    // That less time is left is no change.
    let wait = wait.map(|wait| Wait {
        left_ms: None,
        ..wait
    });
    match wait.and_then(|wait| waits::told(&wait, process, snapshot, false)) {
        Some(text) => format!("{state}, {text}"),
        None => state.to_owned(),
    }
}

fn blocked(process: &Process) -> &[String] {
    process
        .threads
        .first()
        .map_or(&[][..], |first| &first.blocked)
}

fn memory(former: &Process, process: &Process) -> Option<String> {
    let (was, is) = (former.memory?.resident_kib, process.memory?.resident_kib);
    let by = was.abs_diff(is);
    (by >= NOTEWORTHY_KIB && by >= was / 10)
        .then(|| format!("resident {} → {}", size(was), size(is)))
}
