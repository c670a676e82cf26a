//! What a thread is blocked in, as a sentence.

use crate::model::snapshot::{Children, End, Held, Holder, Process, Snapshot, Target, Wait, Which};
use crate::ui::visible;

use super::mentioned;
use crate::report::figures::{signals, span};

/// Descriptors, holders and children that are told one by one, unless everything is.
const USUALLY: usize = 4;

/// `read(0): pipe:[123], written by 4700 cat (fd 1)`; `None` if nothing is known.
pub(super) fn told(
    wait: &Wait,
    process: &Process,
    snapshot: &Snapshot,
    is_all: bool,
) -> Option<String> {
    let Some(call) = &wait.call else {
        let function = wait.kernel_function.as_deref()?;
        return Some(format!("in the kernel's {}", visible(function)));
    };
    let most = if is_all { usize::MAX } else { USUALLY };
    let mut parts: Vec<String> = Vec::new();
    let mut name = visible(call);
    match wait.descriptors.as_slice() {
        [] => {}
        [one] => {
            name.push_str(&format!("({})", one.number));
            parts.push(target(&one.target, process, most));
        }
        several => parts.push(list(several, process, most)),
    }
    if let Some(children) = &wait.children {
        parts.push(awaited(children, snapshot, most));
    }
    if let Some(futex) = &wait.futex {
        parts.push(match futex.thread {
            Some(thread) => format!(
                "at {}, whose value {} is the id of its thread",
                futex.address, thread
            ),
            None => format!("at {}, expected {}", futex.address, futex.expected),
        });
    }
    if let Some(names) = &wait.signals {
        parts.push(match signals(names).as_str() {
            "" => "for no signal".to_owned(),
            "all" => "for any signal".to_owned(),
            some => format!("for {}", visible(some)),
        });
    }
    if let Some(path) = &wait.path {
        parts.push(visible(path));
    }
    parts.extend(note(call).map(str::to_owned));
    parts.extend(wait.asked_ms.map(|ms| format!("for {} at most", span(ms))));
    parts.extend(wait.left_ms.map(|ms| match u64::try_from(ms) {
        Ok(ms) => format!("for {} more at most", span(ms)),
        Err(_) => "until a moment that has passed".to_owned(),
    }));
    Some(match parts.is_empty() {
        true => name,
        false => format!("{name}: {}", parts.join(", ")),
    })
}

/// What a call means that has no descriptor to tell it.
fn note(call: &str) -> Option<&'static str> {
    match call {
        "vfork" | "clone" | "clone3" => Some("until its child executes a program or ends"),
        "restart_syscall" => Some("goes on with a sleep that a signal interrupted"),
        "pause" => Some("for any signal"),
        _ => None,
    }
}

fn list(held: &[Held], process: &Process, most: usize) -> String {
    let shown: Vec<String> = held
        .iter()
        .take(most)
        .map(|one| format!("{} {}", one.number, target(&one.target, process, most)))
        .collect();
    shown.join("; ") + &rest(held.len(), most)
}

/// `, and 12 more`, if more than so many are not shown.
fn rest(all: usize, most: usize) -> String {
    match all.saturating_sub(most) {
        0 => String::new(),
        more => format!(", and {more} more"),
    }
}

fn target(target: &Target, process: &Process, most: usize) -> String {
    match target {
        Target::Pipe {
            name,
            end,
            other_end,
            unseen,
        } => {
            let done = match end {
                End::Read => "written by",
                End::Write => "read by",
                End::Both => "shared with",
            };
            let whom = match (other_end.is_empty(), unseen) {
                (false, _) => holders(other_end, process, most),
                (true, 0) => "nobody".to_owned(),
                (true, unseen) => format!("nobody in sight ({unseen} processes may not be seen)"),
            };
            format!("{}, {done} {whom}", visible(name))
        }
        Target::Socket {
            name,
            protocol,
            state,
            local,
            remote,
            other_end,
        } => {
            if protocol.is_empty() {
                return visible(name);
            }
            let mut text = format!("{protocol} {}", visible(local))
                .trim_end()
                .to_owned();
            if !remote.is_empty() {
                text.push_str(&format!(" → {}", visible(remote)));
            }
            if !state.is_empty() {
                text.push_str(&format!(", {}", visible(state)));
            }
            if !other_end.is_empty() {
                text.push_str(&format!(", with {}", holders(other_end, process, most)));
            }
            text
        }
        Target::Eventpoll { watches } => match watches.is_empty() {
            true => "epoll of nothing".to_owned(),
            false => format!("epoll of {}", list(watches, process, most)),
        },
        Target::Terminal { path } => format!("terminal {}", visible(path)),
        Target::File { path } => visible(path),
        Target::Other { name } => visible(name),
        Target::Unknown => "not open".to_owned(),
    }
}

fn holders(holders: &[Holder], process: &Process, most: usize) -> String {
    let shown: Vec<String> = holders
        .iter()
        .take(most)
        .map(|holder| match holder.pid == process.pid {
            true => format!("itself (fd {})", holder.number),
            false => format!(
                "{} {} (fd {})",
                holder.pid,
                visible(&holder.name),
                holder.number
            ),
        })
        .collect();
    shown.join(", ") + &rest(holders.len(), most)
}

fn awaited(children: &Children, snapshot: &Snapshot, most: usize) -> String {
    let pids = &children.pids;
    let shown: Vec<String> = pids
        .iter()
        .take(most)
        .map(|pid| mentioned(snapshot, *pid))
        .collect();
    let names = shown.join(", ") + &rest(pids.len(), most);
    match (children.which, pids.is_empty()) {
        (Which::Any, true) => "for any child".to_owned(),
        (Which::Any, false) => format!("for any child: {names}"),
        (Which::One, true) => "for a child that is not there".to_owned(),
        (Which::One, false) => format!("for {names}"),
        (Which::Group, true) => "for a group of children".to_owned(),
        (Which::Group, false) => format!("for a group of children: {names}"),
    }
}
