//! One descriptor in words.

use crate::model::snapshot::Holder;
use crate::model::table::{Descriptor, Kind, Mode, Socket, Table, Watch};
use crate::report::figures::{bytes, span};
use crate::ui::{plural, visible};

use super::{Context, is_inherited};

/// Holders and watches that are named, unless everything is wanted.
const SOME: usize = 3;

/// What is said of a descriptor behind number, kind and mode.
pub(super) fn told(one: &Descriptor, context: &Context<'_>) -> String {
    let table = context.table;
    let most = match context.is_all {
        true => usize::MAX,
        false => SOME,
    };
    let mut parts = Vec::new();
    match (&one.socket, &one.detail) {
        (Some(socket), _) => parts.push(ends(socket, one)),
        (None, Some(detail)) => parts.push(visible(detail)),
        (None, None) if one.kind == Kind::Epoll && one.flags.is_some() => {}
        (None, None) => parts.push(target(one)),
    }
    parts.extend(size(one));
    if one.kind == Kind::Epoll && one.flags.is_some() {
        parts.push(match one.watches.is_empty() {
            true => "watches nothing".to_owned(),
            false => format!("watches {}", watched(&one.watches, most)),
        });
    }
    parts.extend(other_end(one, table, most));
    let is_told = |holder: &&Holder| {
        let is_kin = || context.kin.iter().any(|kin| kin.pid == holder.pid);
        context.is_all || !is_inherited(holder, one, table) || !is_kin()
    };
    let sharers: Vec<Holder> = one.shared_with.iter().filter(is_told).cloned().collect();
    if !sharers.is_empty() {
        let more = one.sharers.saturating_sub(one.shared_with.len() as u64);
        let named = holders(&sharers, table, most, more);
        parts.push(format!("the same open as {named}"));
    }
    if let Some(flags) = one.flags.as_ref().filter(|flags| !flags.is_empty()) {
        parts.push(flags.join(" "));
    }
    if context.is_all {
        if one.closes_on_exec == Some(true) {
            parts.push("close-on-exec".to_owned());
        }
        if one.seen_ms > 0 {
            parts.push(format!("open for {} at least", span(one.seen_ms)));
        }
    }
    parts.join(", ")
}

fn target(one: &Descriptor) -> String {
    let name = visible(&one.target);
    let name = name.trim_start_matches("anon_inode:");
    match one.is_deleted {
        true => format!("{name} (deleted)"),
        false => name.to_owned(),
    }
}

/// `at 412 of 3.2 MiB`
fn size(one: &Descriptor) -> Option<String> {
    let size = one.size?;
    let mut text = match (one.position, size) {
        (Some(at), size) if at > 0 => format!("at {at} of {}", bytes(size)),
        (_, size) => bytes(size),
    };
    if let (true, Some(allocated @ 1..)) = (one.is_deleted, one.allocated) {
        text.push_str(&format!(", {} that stay on the disk", bytes(allocated)));
    }
    Some(text)
}

/// `127.0.0.1:80 → 127.0.0.1:40000, established`
fn ends(socket: &Socket, one: &Descriptor) -> String {
    let mut text = visible(&socket.local);
    if !socket.remote.is_empty() {
        text.push_str(&format!(" → {}", visible(&socket.remote)));
    }
    let mut parts = vec![text.trim_start().to_owned()];
    // What the kind does not say.
    if one.kind == Kind::Socket {
        parts.insert(0, visible(&socket.protocol));
    }
    parts.push(match socket.state.as_str() {
        "" if one.kind == Kind::Socket => String::new(),
        "" if socket.local.is_empty() => "neither bound nor connected".to_owned(),
        state => visible(state),
    });
    parts.retain(|part| !part.is_empty());
    if socket.local.is_empty() && socket.remote.is_empty() {
        parts.insert(0, visible(&one.target));
    }
    parts.join(", ")
}

fn watched(watches: &[Watch], most: usize) -> String {
    let shown: Vec<String> = watches
        .iter()
        .take(most)
        .map(|watch| {
            let events: Vec<&str> = (watch.events.iter())
                .map(|event| event.trim_start_matches("EPOLL"))
                .collect();
            let stale = match watch.is_stale {
                true => ", which is closed here and open elsewhere",
                false => "",
            };
            format!("{} ({}{stale})", watch.number, events.join(" "))
        })
        .collect();
    shown.join(" ") + &rest(watches.len().saturating_sub(most) as u64)
}

/// Who is at the other end of a pipe or of a connection.
fn other_end(one: &Descriptor, table: &Table, most: usize) -> Option<String> {
    let done = match (one.kind, one.mode) {
        (Kind::Pipe, Mode::Read) => "written by",
        (Kind::Pipe, Mode::Write) => "read by",
        (Kind::Pipe, _) => "also open by",
        _ => "with",
    };
    match (one.other_end.is_empty(), one.kind) {
        (false, _) => Some(format!(
            "{done} {}",
            holders(&one.other_end, table, most, 0)
        )),
        (true, Kind::Pipe) if table.unseen == 0 => Some(format!("{done} nobody")),
        (true, Kind::Pipe) => {
            let unseen = plural(table.unseen as usize, "process", "processes");
            Some(format!(
                "{done} nobody in sight ({unseen} may not be looked into)"
            ))
        }
        (true, _) => None,
    }
}

/// Holders by name; `more` others are not named.
fn holders(holders: &[Holder], table: &Table, most: usize, more: u64) -> String {
    let shown: Vec<String> = holders
        .iter()
        .take(most)
        .map(|holder| match holder.pid == table.pid {
            true => format!("fd {}", holder.number),
            false => format!(
                "{} {} (fd {})",
                holder.pid,
                visible(&holder.name),
                holder.number
            ),
        })
        .collect();
    shown.join(", ") + &rest(holders.len().saturating_sub(most) as u64 + more)
}

/// ` and 12 more`, if there are.
fn rest(more: u64) -> String {
    match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    }
}
