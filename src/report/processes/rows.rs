//! The lines below a process: each with a label, in a fixed order, only those that say something.

use crate::model::snapshot::{Process, Snapshot, Thread};
use crate::ui::{Tone, visible};

use super::{limits, mentioned, state_word, waits};
use crate::report::figures::{signals, size, span};

/// Groups of threads that are told one by one, unless everything is.
const THREADS_SHOWN: usize = 8;

/// A line: what it is about, and what there is to say.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// What is around a process, and how much is told.
pub(super) struct Context<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// The parent, if it is shown.
    pub(super) parent: Option<&'a Process>,
    /// Whether this one is told in full.
    pub(super) is_full: bool,
    /// Whether everything is told, also what is as usual.
    pub(super) is_all: bool,
}

/// The rows of a process.
pub(super) fn of(process: &Process, context: &Context<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |label, tone, text: String| {
        if !text.is_empty() {
            rows.push(Row { label, text, tone });
        }
    };
    if process.is_zombie() {
        // The parent, if it is shown, says it of all of them.
        if context.is_full {
            add("zombie", Tone::Bad, unreaped(process, context));
        }
        return rows;
    }
    match process.threads.as_slice() {
        [only] => add("waits", Tone::Code, waiting(only, process, context)),
        threads => {
            for text in grouped(threads, process, context) {
                add("thread", Tone::Code, text);
            }
        }
    }
    add("signals", Tone::Code, about_signals(process));
    for limit in &process.limits {
        if context.is_all || limits::matters(limit) {
            let tone = match limits::share(limit) {
                Some(90..) => Tone::Bad,
                Some(75..) => Tone::Odd,
                _ => Tone::Code,
            };
            add("limit", tone, limits::told(limit, context.is_all));
        }
    }
    add("zombies", Tone::Bad, unreaped_children(process));
    if let Some(tracer) = process.tracer {
        add(
            "traced",
            Tone::Odd,
            format!("by {}", mentioned(context.snapshot, tracer)),
        );
    }
    match context.is_full {
        true => {
            add("memory", Tone::Code, memory(process));
            add("time", Tone::Code, time(process));
            add("holds", Tone::Code, descriptors(process));
        }
        false => add("uses", Tone::Code, uses(process)),
    }
    add("is", Tone::Code, identity(process, context));
    add("hidden", Tone::Odd, hidden(process));
    rows
}

/// Whose zombie it is.
fn unreaped(process: &Process, context: &Context<'_>) -> String {
    match process.parent {
        0 => "its parent has not waited for it".to_owned(),
        parent => format!(
            "its parent {} has not waited for it",
            mentioned(context.snapshot, parent)
        ),
    }
}

fn unreaped_children(process: &Process) -> String {
    const PIDS_SHOWN: usize = 10;
    let pids: Vec<String> = process.zombies.iter().map(i32::to_string).collect();
    let shown = pids[..pids.len().min(PIDS_SHOWN)].join(" ");
    match pids.len() {
        0 => String::new(),
        1 => format!("a child has ended, and it has not waited for it: {shown}"),
        many => {
            let more = if many > PIDS_SHOWN { " …" } else { "" };
            format!("{many} children have ended, and it has not waited for them: {shown}{more}")
        }
    }
}

fn waiting(thread: &Thread, process: &Process, context: &Context<'_>) -> String {
    thread
        .wait
        .as_ref()
        .and_then(|wait| waits::told(wait, process, context.snapshot, context.is_all))
        .unwrap_or_default()
}

/// Threads that do the same are told together.
fn grouped(threads: &[Thread], process: &Process, context: &Context<'_>) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&Thread>)> = Vec::new();
    let usual = threads.first().map(|first| &first.blocked);
    for thread in threads {
        let (state, _) = state_word(thread.state);
        let mut text = format!("{} {state}", visible(&thread.name));
        let waiting = waiting(thread, process, context);
        if !waiting.is_empty() {
            text.push_str(&format!(", {waiting}"));
        }
        if Some(&thread.blocked) != usual {
            let names = match thread.blocked.is_empty() {
                true => "nothing".to_owned(),
                false => signals(&thread.blocked),
            };
            text.push_str(&format!("; blocks {names}"));
        }
        if !thread.pending.is_empty() {
            text.push_str(&format!("; pending {}", signals(&thread.pending)));
        }
        match groups.iter_mut().find(|(known, _)| *known == text) {
            Some((_, members)) => members.push(thread),
            None => groups.push((text, vec![thread])),
        }
    }
    let most = if context.is_all {
        usize::MAX
    } else {
        THREADS_SHOWN
    };
    let mut shown: Vec<String> = groups
        .iter()
        .take(most)
        .map(|(text, members)| match members.as_slice() {
            [one] => format!("{} {text}", one.tid),
            several => format!("{} and {} more {text}", several[0].tid, several.len() - 1),
        })
        .collect();
    let hidden: usize = groups
        .iter()
        .skip(most)
        .map(|(_, members)| members.len())
        .sum();
    if hidden > 0 {
        shown.push(format!("… {hidden} more (-v shows them)"));
    }
    shown
}

/// Blocked, ignored, handled and pending ones. Of several threads, what the first one blocks.
fn about_signals(process: &Process) -> String {
    let first = process.threads.first();
    let blocked = first.map_or(&[][..], |first| &first.blocked);
    let mut pending = process.pending.clone();
    if let [only] = process.threads.as_slice() {
        pending.extend(only.pending.iter().cloned());
        pending.sort_unstable();
        pending.dedup();
    }
    [
        ("blocks", blocked),
        ("ignores", &process.ignored),
        ("handles", &process.caught),
        ("pending", &pending),
    ]
    .iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(verb, names)| format!("{verb} {}", visible(&signals(names))))
    .collect::<Vec<_>>()
    .join("; ")
}

fn memory(process: &Process) -> String {
    let Some(memory) = process.memory else {
        return String::new();
    };
    let share = memory.proportional_kib.map_or_else(String::new, |share| {
        format!(", {} its share of it", size(share))
    });
    format!(
        "{} resident{share}; {} address space",
        size(memory.resident_kib),
        size(memory.space_kib)
    )
}

fn time(process: &Process) -> String {
    let started = process.started.get(..19).unwrap_or(&process.started);
    format!(
        "cpu {} ({} user, {} system); started {}, {} ago",
        span(process.user_ms + process.system_ms),
        span(process.user_ms),
        span(process.system_ms),
        visible(&started.replace('T', " ")),
        span(process.age_ms)
    )
}

fn descriptors(process: &Process) -> String {
    let Some(open) = &process.descriptors else {
        return String::new();
    };
    let kinds: Vec<String> = open
        .kinds
        .iter()
        .map(|(kind, count)| format!("{count} {}", visible(kind)))
        .collect();
    match (open.count, kinds.is_empty()) {
        (1, _) => format!("1 descriptor: {}", kinds.join(", ")),
        (count, true) => format!("{count} descriptors"),
        (count, false) => format!("{count} descriptors: {}", kinds.join(", ")),
    }
}

/// The same in one row.
fn uses(process: &Process) -> String {
    let mut parts = Vec::new();
    parts.extend(process.memory.map(|memory| size(memory.resident_kib)));
    parts.push(format!("cpu {}", span(process.user_ms + process.system_ms)));
    parts.push(format!("started {} ago", span(process.age_ms)));
    parts.extend(Some(descriptors(process)).filter(|text| !text.is_empty()));
    parts.join("; ")
}

/// Who it is: in full, or as far as it differs from its parent.
fn identity(process: &Process, context: &Context<'_>) -> String {
    let is_new = |differs: fn(&Process, &Process) -> bool| {
        context.is_full
            || context
                .parent
                .is_some_and(|parent| differs(process, parent))
    };
    let mut parts = Vec::new();
    if is_new(|own, parent| (own.uid, own.real_uid) != (parent.uid, parent.real_uid)) {
        let name = process.user.as_deref().map_or("user", |name| name);
        let real = match process.real_uid == process.uid {
            true => String::new(),
            false => format!(", real user {}", process.real_uid),
        };
        parts.push(format!("{} ({}{real})", visible(name), process.uid));
    }
    if let Some(directory) = &process.directory
        && is_new(|own, parent| own.directory != parent.directory)
    {
        parts.push(format!("in {}", visible(directory)));
    }
    if context.is_full {
        parts.extend(process.program.as_ref().map(|path| visible(path)));
        if process.inside_pid != process.pid {
            parts.push(format!("{} in its own namespace", process.inside_pid));
        }
        if context.is_all {
            parts.push(format!(
                "group {}, session {}",
                process.group, process.session
            ));
        }
        if process.is_kernel_thread {
            return "a thread of the kernel: it has no memory, descriptors or program of its own"
                .to_owned();
        }
    }
    parts.join(", ")
}

/// What we were not allowed to read.
fn hidden(process: &Process) -> String {
    if process.refused.is_empty() {
        return String::new();
    }
    let fields: Vec<&str> = process
        .refused
        .keys()
        .map(|field| match field.as_str() {
            "call" => "the call that it is in",
            "directory" => "its directory",
            "program" => "its program",
            "proportional_kib" => "its share of memory",
            other => other,
        })
        .collect();
    let mut reasons: Vec<&str> = process.refused.values().map(String::as_str).collect();
    reasons.sort_unstable();
    reasons.dedup();
    format!(
        "{}: not for us to read ({}); try as root",
        fields.join(", "),
        reasons.join(", ")
    )
}
