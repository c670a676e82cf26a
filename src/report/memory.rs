//! Shared memory, as `syslab shm inspect` shows it: each object, and who has it.
//!
//! Names are whatever processes made of them: nothing of it reaches a terminal as it is.

use super::Detail;
use super::figures::{bytes, size, span};
use crate::model::memory::{Kind, Memory, Object, User};
use crate::ui::{Look, Tone, plural, visible};

/// Processes that are shown of each object, unless everything is wanted.
const SOME: usize = 5;

/// The memory as text, by kinds.
pub fn memory(memory: &Memory, look: Look, detail: Detail) -> String {
    let mut out = String::new();
    let mut is_odd = false;
    for kind in [Kind::Named, Kind::Segment, Kind::Unlinked, Kind::Memfd] {
        let of_kind: Vec<&Object> = (memory.objects.iter())
            .filter(|object| object.kind == kind)
            .collect();
        if of_kind.is_empty() && kind != Kind::Named {
            continue;
        }
        let title = look.paint(Tone::Strong, title(kind));
        out.push_str(&look.wrap(0, 2, &format!("{title}: {}", sum(&of_kind, memory, kind))));
        for object in of_kind {
            out.push_str(&look.wrap(2, 4, &told(object)));
            let (text, tone) = used(object, memory);
            if let Some(text) = text {
                is_odd |= tone == Tone::Odd;
                out.push_str(&look.wrap(4, 4, &look.paint(tone, &text)));
            }
            let most = match detail {
                Detail::All => usize::MAX,
                Detail::Usual => SOME,
            };
            for user in object.users.iter().take(most) {
                out.push_str(&look.wrap(4, 6, &has(user)));
            }
            if let Some(more @ 1..) = object.users.len().checked_sub(most) {
                let share: u64 = (object.users.iter().skip(most))
                    .map(|user| user.proportional_kib)
                    .sum();
                let text = format!(
                    "and {more} more, with {} of it (-v shows them)",
                    size(share)
                );
                out.push_str(&look.wrap(4, 6, &text));
            }
        }
    }
    if is_odd {
        let hint = "What nobody has is a leftover, or is kept for somebody who comes later. \
                    `rm /dev/shm/NAME` and `ipcrm -m ID` remove it.";
        out.push_str(&look.wrap(0, 0, &look.paint(Tone::Faint, hint)));
    }
    if memory.unseen > 0 {
        let hint = format!(
            "{} may not be looked into, and may have any of it: `sudo syslab shm inspect` sees more.",
            plural(memory.unseen as usize, "process", "processes")
        );
        out.push_str(&look.wrap(0, 0, &look.paint(Tone::Faint, &hint)));
    }
    out
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Named => "names in /dev/shm",
        Kind::Segment => "System V segments",
        Kind::Unlinked => "without a name any more",
        Kind::Memfd => "memfd",
    }
}

/// `3 objects, 12 MiB; 40 MiB of 1 GiB are taken up`
fn sum(objects: &[&Object], memory: &Memory, kind: Kind) -> String {
    let mut text = match objects.len() {
        0 => "none".to_owned(),
        count => plural(count, "object", "objects"),
    };
    // What is only mapped does not say how much of it there is.
    let there: Option<u64> = objects.iter().map(|object| object.allocated).sum();
    if let (Some(there), false) = (there, objects.is_empty()) {
        text.push_str(&format!(", {} in memory", bytes(there)));
    }
    if let (Kind::Named, Some(room)) = (kind, memory.room) {
        text.push_str(&format!(
            "; {} of {} are taken up",
            bytes(room.used),
            bytes(room.size)
        ));
    }
    text
}

/// `/weights, 1 GiB, 3 MiB in memory, 0600 of root`
fn told(object: &Object) -> String {
    let name = visible(&object.name);
    let mut parts = vec![match object.kind {
        Kind::Segment => format!("id {name}"),
        // `sem_open` of the C library puts it there.
        Kind::Named if name.starts_with("/sem.") => format!("{name} (a semaphore)"),
        _ => name,
    }];
    parts.extend(
        object
            .key
            .as_ref()
            .map(|key| format!("key {}", visible(key))),
    );
    parts.extend(object.size.map(bytes));
    if object.allocated != object.size {
        parts.extend(
            object
                .allocated
                .map(|there| format!("{} in memory", bytes(there))),
        );
    }
    let owner = match (&object.user, object.uid) {
        (Some(user), _) => Some(visible(user)),
        (None, uid) => uid.map(|uid| format!("user {uid}")),
    };
    if let (Some(mode), Some(owner)) = (&object.mode, owner) {
        parts.push(format!("{} of {owner}", visible(mode)));
    }
    parts.join(", ")
}

/// What has to be said of who has it, and how odd that is.
fn used(object: &Object, memory: &Memory) -> (Option<String>, Tone) {
    let mut text = match object.is_used {
        Some(false) => "nobody has it".to_owned(),
        None if memory.unseen > 0 => "nobody in sight has it".to_owned(),
        Some(true) if object.users.is_empty() => "attached by processes out of sight".to_owned(),
        _ => String::new(),
    };
    let is_odd = object.is_used != Some(true) && !text.is_empty();
    if is_odd && let Some(ms) = object.unchanged_ms {
        text.push_str(&format!(", and no call has written to it for {}", span(ms)));
    }
    if is_odd && let Some(creator) = object.creator {
        text.push_str(&match creator.is_alive {
            true => format!(", made by {}", creator.pid),
            false => format!(", made by {}, which has ended", creator.pid),
        });
    }
    if object.is_removed {
        let removed = "goes with the last who has it";
        text = match text.is_empty() {
            true => removed.to_owned(),
            false => format!("{text}; {removed}"),
        };
    }
    let tone = match is_odd {
        true => Tone::Odd,
        false => Tone::Faint,
    };
    ((!text.is_empty()).then_some(text), tone)
}

/// `4711 server, mapped to be written, Pss 3.4 MiB of 8 MiB`
fn has(user: &User) -> String {
    let who = format!("{} {}", user.pid, visible(&user.name));
    if !user.is_mapped {
        return format!("{who}, open and not mapped");
    }
    let how = match user.is_writable {
        true => "mapped to be written",
        false => "mapped to be read",
    };
    format!(
        "{who}, {how}, Pss {}, Rss {}",
        size(user.proportional_kib),
        size(user.resident_kib)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::memory::{Creator, Room, SCHEMA};

    fn object(kind: Kind, name: &str) -> Object {
        Object {
            kind,
            name: name.to_owned(),
            key: None,
            size: Some(1 << 20),
            allocated: Some(4096),
            uid: Some(0),
            user: Some("root".to_owned()),
            mode: Some("0600".to_owned()),
            unchanged_ms: Some(7_380_000),
            creator: None,
            is_removed: false,
            users: Vec::new(),
            is_used: Some(false),
        }
    }

    fn user(pid: i32, pss: u64) -> User {
        User {
            pid,
            name: "serve\x1b[2J".to_owned(),
            is_mapped: pss > 0,
            is_writable: pid == 11,
            resident_kib: 2 * pss,
            proportional_kib: pss,
        }
    }

    #[test]
    fn each_object_says_who_has_it() {
        let mut weights = object(Kind::Named, "/weights");
        weights.users = (11..18)
            .map(|pid| user(pid, 18 - u64::from(pid as u32)))
            .collect();
        weights.users.push(user(20, 0));
        weights.is_used = Some(true);
        let mut segment = object(Kind::Segment, "40");
        segment.key = Some("0x3c25b5d1".to_owned());
        segment.unchanged_ms = None;
        segment.creator = Some(Creator {
            pid: 4711,
            is_alive: false,
        });
        let all = Memory {
            schema: SCHEMA,
            taken: "2026-11-26T01:17:10+01:00".to_owned(),
            room: Some(Room {
                size: 16 << 20,
                used: 8192,
            }),
            objects: vec![object(Kind::Named, "/sem.old\n"), weights, segment],
            unseen: 2,
        };
        insta::assert_snapshot!(memory(&all, Look::default(), Detail::Usual));
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        let none = Memory {
            schema: SCHEMA,
            taken: String::new(),
            room: None,
            objects: Vec::new(),
            unseen: 0,
        };
        let text = memory(&none, Look::default(), Detail::Usual);
        assert_eq!(text, "names in /dev/shm: none\n");
    }
}
