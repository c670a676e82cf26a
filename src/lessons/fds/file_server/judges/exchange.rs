//! Whether clients got what they should get, given what they expect or sent.

use crate::lessons::fds::file_server::shelf::{Found, find};
use crate::lessons::sockets::served::{self, kept, standing, who};
use crate::model::{
    Crowd, Ending, Experiment, Move, Objection, Payload, Recording, Sighting, Trial,
};

/// Fails unless every client of every crowd got what it should.
///
/// # Errors
/// The first that did not; blind if there is nobody.
pub(super) fn all_answered(
    trial: &Trial<'_>,
    recording: &Recording,
    hint: &str,
) -> Result<usize, Objection> {
    all_of(trial, recording, hint, |_| true)
}

/// The same of those crowds that are meant.
///
/// # Errors
/// As [`all_answered`].
pub(super) fn all_of(
    trial: &Trial<'_>,
    recording: &Recording,
    hint: &str,
    is_meant: impl Fn(&Crowd) -> bool,
) -> Result<usize, Objection> {
    served::every_client_of(trial, recording, hint, is_meant, complaint)
}

/// The names that a client asks for, in order.
pub(super) fn names(crowd: &Crowd) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for step in &crowd.moves {
        if let Move::Send(Payload::Bytes(bytes)) = step {
            sent.extend_from_slice(bytes);
        }
    }
    let lines = sent.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| line.strip_prefix(b"GET "))
        .map(<[u8]>::to_vec)
        .collect()
}

/// What is wrong with what clients got, as a sentence.
pub(super) fn complaint(experiment: &Experiment, crowd: &Crowd, seen: &Sighting) -> Option<String> {
    match crowd.stream.is_empty() {
        true => unlike(experiment, crowd, seen),
        false => differing(crowd, seen),
    }
}

/// What is wrong with what came, where it is known to the byte.
fn differing(crowd: &Crowd, seen: &Sighting) -> Option<String> {
    let who = who(seen);
    let total = crowd
        .stream
        .iter()
        .map(Payload::len)
        .fold(0, u64::saturating_add);
    let (at, answer) = match seen.differs_at {
        Some(at) if at >= total => {
            return Some(format!(
                "{who} got more than the {total} bytes of its answers"
            ));
        }
        Some(at) => (at, place(crowd, at)),
        None if seen.received < total || seen.doing.is_some() => {
            return Some(format!(
                "{who} got {} of the {total} bytes of its answers; {}",
                seen.received,
                standing(&seen.end)
            ));
        }
        None => return None,
    };
    let Some((head, within)) = answer else {
        return Some(format!(
            "{who} got another byte than it should, at offset {at}"
        ));
    };
    if within < head.len() as u64 {
        let begins = at - within;
        let kept = kept(seen).data;
        let rest = usize::try_from(begins).ok().and_then(|at| kept.get(at..));
        return Some(format!(
            "{who} got {} where {} should begin",
            quoted(rest.unwrap_or_default()),
            quoted(&head)
        ));
    }
    let offset = within - head.len() as u64;
    Some(format!(
        "{who} got another byte than the file has at offset {offset}, in the answer that begins \
         with {}",
        quoted(&head)
    ))
}

/// The head of the answer in which this place of the stream is, and the place in that answer.
fn place(crowd: &Crowd, at: u64) -> Option<(Vec<u8>, u64)> {
    let mut begin: u64 = 0;
    let mut answer = None;
    for payload in &crowd.stream {
        if begin > at {
            break;
        }
        if let Payload::Bytes(bytes) = payload
            && bytes.starts_with(b"OK ")
        {
            answer = Some((bytes.clone(), at - begin));
        }
        begin = begin.saturating_add(payload.len());
    }
    answer
}

/// The first line of this, as far as a line has room.
pub(super) fn quoted(bytes: &[u8]) -> String {
    const ROOM: usize = 60;
    let line = bytes.split_inclusive(|byte| *byte == b'\n').next();
    let line = line.unwrap_or_default();
    let more = if line.len() > ROOM { "..." } else { "" };
    let shown = &line[..line.len().min(ROOM)];
    format!("\"{}\"{more}", shown.escape_ascii())
}

/// What is wrong with what came, given what was asked for.
fn unlike(experiment: &Experiment, crowd: &Crowd, seen: &Sighting) -> Option<String> {
    let who = who(seen);
    let kept = kept(seen);
    let mut rest = &kept.data[..];
    let mut is_free = false;
    for name in names(crowd) {
        let asked = quoted(&[b"GET ", &name[..]].concat());
        let none = || format!("{who} got no answer to {asked}; {}", standing(&seen.end));
        let found = find(experiment, &name);
        if let Found::File(content) | Found::Linked(content) = found {
            let answer = [format!("OK {}\n", content.len()).as_bytes(), content].concat();
            if let Some(after) = rest.strip_prefix(&answer[..]) {
                rest = after;
                // How many lines have come is what it waited for, and there are more now.
                is_free |= matches!(found, Found::Linked(_));
                continue;
            }
            if is_free && seen.doing.is_none() && answer.starts_with(rest) {
                return None;
            }
            let is_refused = matches!(found, Found::Linked(_)) && rest.starts_with(b"ERR");
            if !is_refused {
                return Some(match rest.is_empty() {
                    true => none(),
                    false => format!("{who} got {} as the answer to {asked}", quoted(rest)),
                });
            }
        }
        let has_ended = !matches!(seen.end, Ending::Open | Ending::Connecting);
        if name.contains(&0) && rest.is_empty() && has_ended {
            return None;
        }
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Some(none());
        };
        if !rest.starts_with(b"ERR ") {
            return Some(format!(
                "{who} got {} as the answer to {asked}, and there is no such file",
                quoted(rest)
            ));
        }
        rest = &rest[end + 1..];
    }
    match (rest, seen.doing) {
        ([], None) => None,
        ([], Some(_)) => Some(format!("{who} could not go on; {}", standing(&seen.end))),
        (rest, _) => Some(format!(
            "{who} got more than it asked for: {}",
            quoted(rest)
        )),
    }
}
