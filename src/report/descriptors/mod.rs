//! A descriptor table, as `syslab fds inspect` shows it: in groups or one by one, and over time.
//!
//! Paths, names and command lines are whatever processes made of them: nothing of it reaches a
//! terminal as it is.

mod one;
mod openings;
mod over_time;

use std::collections::{BTreeMap, BTreeSet, HashSet};

pub use openings::openings;
pub use over_time::{growth, growth_lines};

use super::Detail;
use super::figures::{bytes, span};
use super::names::called;
use crate::model::snapshot::Holder;
use crate::model::table::{Descriptor, Group, Growth, Key, Table, groups};
use crate::ui::{Look, Tone, columns, cut, padded, visible};

/// Columns of the kind and of the mode.
const KIND: usize = 9;
const MODE: usize = 2;

/// So many that are alike are one line.
const MANY: usize = 4;

/// From so many per cent on, the limit is near.
const NEAR: u64 = 50;
const VERY_NEAR: u64 = 90;

/// The table as text: what is alike in one line, the largest group first; with [`Detail::All`]
/// each descriptor, by number.
pub fn descriptors(table: &Table, look: Look, detail: Detail) -> String {
    let mut out = headline(table, look, detail);
    out.push_str(&look.wrap(2, 2, &limit(table, look)));
    let context = Context {
        table,
        is_all: detail == Detail::All,
        kin: kin(table),
    };
    for line in notes(&context) {
        out.push_str(&look.wrap(2, 2, &look.paint(Tone::Odd, &line)));
    }
    match detail {
        Detail::Usual => {
            let (many, few): (Vec<Group<'_>>, Vec<Group<'_>>) =
                (groups(table).into_iter()).partition(|group| group.members.len() >= MANY);
            for group in &many {
                let count = format!("{} ×", group.members.len());
                row(&mut out, look, &count, &group.key, &gathered(group));
            }
            let mut few: Vec<&Descriptor> =
                few.into_iter().flat_map(|group| group.members).collect();
            few.sort_by_key(|one| one.number);
            for one in few {
                single(&mut out, look, one, &context);
            }
        }
        Detail::All => {
            for one in &table.descriptors {
                single(&mut out, look, one, &context);
            }
        }
    }
    out
}

/// `4711  python3 app.py`
fn headline(table: &Table, look: Look, detail: Detail) -> String {
    let pid = table.pid.to_string();
    let mut what = called(&table.command, &table.name);
    if detail == Detail::Usual
        && let Some(width) = look.width
    {
        what = cut(&what, width.saturating_sub(pid.len() + 2).max(20));
    }
    format!("{}  {what}\n", look.paint(Tone::Strong, &pid))
}

/// `917 of 1024 descriptors are open (89 %), ...`
fn limit(table: &Table, look: Look) -> String {
    let open = table.descriptors.len() as u64;
    if table.refused.contains_key("descriptors") {
        return match table.limit {
            Some(limit) => format!("at most {limit} descriptors"),
            None => "no limit of descriptors".to_owned(),
        };
    }
    let Some(limit) = table.limit else {
        return format!("{open} descriptors are open, without limit");
    };
    let share = open * 100 / limit.max(1);
    let text = format!("{open} of {limit} descriptors are open ({share} %)");
    let mut text = match share {
        0..NEAR => text,
        NEAR..VERY_NEAR => look.paint(Tone::Odd, &text),
        _ => look.paint(Tone::Bad, &text),
    };
    // Of what is far from its limit, the mean tells nothing: it was opened at the start.
    let mean = Growth::between((0, open), table.age_ms.max(1), Some(limit));
    if share >= NEAR
        && let Some(left) = mean.left_ms
    {
        let age = span(table.age_ms);
        text.push_str(&match open >= limit {
            true => ": the limit is reached".to_owned(),
            false => format!(
                ". If it goes on as on average since it started {age} ago, the limit is reached \
                 in {} (--watch measures the present rate)",
                span(left)
            ),
        });
    }
    text
}

/// What the lines of single descriptors depend on.
struct Context<'a> {
    table: &'a Table,
    /// Whether everything is shown of them.
    is_all: bool,
    /// Processes that have inherited, or passed on, many of them.
    kin: Vec<Kin<'a>>,
}

/// A process that shares many open file descriptions under the same numbers: parent or child.
struct Kin<'a> {
    pid: i32,
    name: &'a str,
    count: usize,
}

/// Those with which at least so many are shared.
fn kin(table: &Table) -> Vec<Kin<'_>> {
    const LEAST: usize = 4;
    let mut found: BTreeMap<i32, (&str, usize)> = BTreeMap::new();
    for one in &table.descriptors {
        let holders = one.shared_with.iter();
        for holder in holders.filter(|holder| is_inherited(holder, one, table)) {
            found.entry(holder.pid).or_insert((&holder.name, 0)).1 += 1;
        }
    }
    let many = found.into_iter().filter(|(_, (_, count))| *count >= LEAST);
    many.map(|(pid, (name, count))| Kin { pid, name, count })
        .collect()
}

/// Whether another process holds the same under the same number.
fn is_inherited(holder: &Holder, one: &Descriptor, table: &Table) -> bool {
    holder.pid != table.pid && holder.number == one.number
}

/// What has to be known of the table as a whole.
fn notes(context: &Context<'_>) -> Vec<String> {
    let table = context.table;
    let mut notes: Vec<String> = table
        .refused
        .iter()
        .map(|(field, reason)| {
            let what = match field.as_str() {
                "descriptors" => "what it has open may not be known",
                "shared_with" => "who shares open file descriptions may not be known",
                field => field,
            };
            format!("{what}: {reason}")
        })
        .collect();
    if !table.table_shared_with.is_empty() {
        let pids: Vec<String> = (table.table_shared_with.iter())
            .map(ToString::to_string)
            .collect();
        notes.push(format!(
            "the whole table is shared with {}: what one opens, all have",
            pids.join(", ")
        ));
    }
    if !context.is_all && table.table_shared_with.is_empty() {
        notes.extend(context.kin.iter().map(|kin| {
            format!(
                "{} of them are also open in {} {}, under the same numbers: inherited by fork",
                kin.count,
                kin.pid,
                visible(kin.name)
            )
        }));
    }
    notes
}

/// What is said of many at once: their bytes, whether they are one, their numbers.
fn gathered(group: &Group<'_>) -> String {
    let mut text = place(&group.key);
    let members = &group.members;
    let files: BTreeSet<_> = members
        .iter()
        .filter_map(|one| Some((one.file.as_ref()?, one.size?, one.allocated?)))
        .collect();
    if group.key.is_deleted && !files.is_empty() {
        let held: u64 = files.iter().map(|(.., allocated)| allocated).sum();
        text.push_str(&match files.len() {
            1 => format!(", {} that stay on the disk", bytes(held)),
            many => format!(", {many} files, {} that stay on the disk", bytes(held)),
        });
    }
    if members.iter().all(|one| one.description.is_some()) {
        let all: HashSet<_> = members.iter().map(|one| one.description).collect();
        if all.len() < members.len() {
            text.push_str(&match all.len() {
                1 => ", all of one open".to_owned(),
                some => format!(", of {some} opens"),
            });
        }
    }
    let (Some(first), Some(last)) = (members.first(), members.last()) else {
        return text;
    };
    let is_run = last.number - first.number == members.len() as i32 - 1;
    let dots = if is_run { "-" } else { " ... " };
    text.push_str(&format!("  (fd {}{dots}{})", first.number, last.number));
    text.trim_start_matches([',', ' ']).to_owned()
}

/// What a key stands for, in words.
fn place(key: &Key) -> String {
    let mut text = visible(&key.what);
    if text.ends_with('/') {
        text.insert_str(0, "files in ");
    }
    if key.is_deleted {
        text.push_str(" (deleted)");
    }
    text
}

/// A line of a descriptor.
fn single(out: &mut String, look: Look, one: &Descriptor, context: &Context<'_>) {
    let key = Key {
        kind: one.kind,
        mode: one.mode,
        what: String::new(),
        is_deleted: false,
    };
    let text = one::told(one, context);
    row(out, look, &one.number.to_string(), &key, &text);
}

/// A line: number or count, kind, mode, text; wrapped beside the columns.
fn row(out: &mut String, look: Look, first: &str, key: &Key, text: &str) {
    const FIRST: usize = 7;
    let width = FIRST + 2 + KIND + 1 + MODE + 2;
    let blanks = " ".repeat(FIRST.saturating_sub(columns(first)));
    // A blank that does not tear the columns apart, and is none when it is shown.
    let head = format!(
        "{blanks}{first}  {} {}",
        padded(key.kind.word(), KIND),
        padded(&key.mode.to_string(), MODE)
    );
    let line = format!("{}\u{1}\u{1}{text}", head.replace(' ', "\u{1}"));
    for line in look.wrap(0, width, &line).lines() {
        out.push_str(line.replace('\u{1}', " ").trim_end());
        out.push('\n');
    }
}
