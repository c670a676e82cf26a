//! Whether clients got what they should get, given what they sent and what is there.

use crate::lessons::sockets::fd_pass::store::{Due, due, sent};
use crate::lessons::sockets::served::{self, bytes, standing, who};
use crate::model::{Crowd, Ending, Experiment, Objection, Passed, Recording, Sighting, Trial};

/// Lines that are longer than this are to be refused; see the handout.
const TOO_LONG: usize = 1 << 20;

/// Fails unless every client of the crowds that are meant got what its requests ask for.
///
/// # Errors
/// The first that did not; blind if there is nobody.
pub(super) fn all_of(
    trial: &Trial<'_>,
    recording: &Recording,
    hint: &str,
    is_meant: impl Fn(&str) -> bool,
) -> Result<usize, Objection> {
    served::every_client_of(
        trial,
        recording,
        hint,
        |crowd| is_meant(&crowd.name),
        complaint,
    )
}

/// An answer, and where its line ends, counted from the beginning.
struct Answer<'a> {
    line: &'a [u8],
    end: u64,
}

/// What is wrong with what clients got, as a sentence.
fn complaint(experiment: &Experiment, crowd: &Crowd, seen: &Sighting) -> Option<String> {
    let who = who(seen);
    let sent = sent(crowd);
    let mut requests: Vec<&[u8]> = sent.split(|byte| *byte == b'\n').collect();
    let unended = requests.pop().unwrap_or_default();
    let kept = seen.kept.first();
    let kept = kept.map_or(&[][..], |kept| &kept.data);
    let mut end = 0;
    let answers: Vec<Answer<'_>> = kept
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| {
            end += line.len() as u64;
            Answer { line, end }
        })
        .collect();
    let is_over = !matches!(seen.end, Ending::Open | Ending::Connecting);
    let mut descriptors = seen.descriptors.iter();
    let mut answers = answers.iter();
    let mut may_end = false;
    for request in &requests {
        let shown = shown(request);
        let Some(answer) = answers.next() else {
            if (may_end || request.len() > TOO_LONG) && is_over {
                return None;
            }
            return Some(format!(
                "{who} got no answer to {shown}; {}",
                standing(&seen.end)
            ));
        };
        let is_ok = answer.line == b"ok\n";
        if !is_ok && !is_error(answer.line) {
            return Some(format!(
                "{who} got the answer {} to {shown}",
                self::shown(answer.line)
            ));
        }
        let due = due(experiment, request);
        let content = match (due, is_ok) {
            (Due::File(content) | Due::Perhaps(content), true) => content,
            (Due::File(_), false) => {
                return Some(format!(
                    "{who} got {} for {shown}, and the file is there",
                    self::shown(answer.line)
                ));
            }
            (Due::Error | Due::NoRequest, true) => {
                let what = descriptors.next().map_or_else(
                    || "without a descriptor".to_owned(),
                    |passed| format!("with a descriptor of {}", passed.object.name),
                );
                return Some(format!("{who} got \"ok\" for {shown}, {what}"));
            }
            (Due::Perhaps(_) | Due::Error, false) => continue,
            (Due::NoRequest, false) => {
                may_end = true;
                continue;
            }
        };
        let Some(passed) = descriptors.next().filter(|passed| passed.at < answer.end) else {
            return Some(format!(
                "{who} got \"ok\" for {shown}, and no descriptor with it"
            ));
        };
        if let Some(wrong) = wrong(passed, content) {
            return Some(format!("{who} got {wrong} for {shown}"));
        }
    }
    if let Some(passed) = descriptors.next() {
        return Some(format!(
            "{who} got a descriptor of {} that belongs to no answer",
            passed.object.name
        ));
    }
    let rest: Vec<u8> = answers.flat_map(|answer| answer.line).copied().collect();
    if unended.len() >= TOO_LONG {
        let is_refused = is_error(&rest) || is_over;
        return (!is_refused).then(|| {
            format!(
                "{who} was neither refused nor closed: {} came back; {}",
                bytes(rest.len() as u64),
                standing(&seen.end)
            )
        });
    }
    // A line that was not ended may be called an error.
    let is_fine = rest.is_empty() || (!unended.is_empty() && is_error(&rest));
    (!is_fine).then(|| {
        format!(
            "{who} got {} too much: {}",
            bytes(rest.len() as u64),
            shown(&rest)
        )
    })
}

fn is_error(line: &[u8]) -> bool {
    line.starts_with(b"error") && line.ends_with(b"\n")
}

/// What is wrong with a descriptor, as an object.
fn wrong(passed: &Passed, content: &[u8]) -> Option<String> {
    let Passed { object, access, .. } = passed;
    let name = &object.name;
    if passed.kind != libc::S_IFREG {
        return Some(format!("a descriptor of {name}, which is no regular file,"));
    }
    if *access != libc::O_RDONLY {
        return Some(format!("a descriptor of {name} that can be written to"));
    }
    if passed.offset != 0 {
        return Some(format!(
            "a descriptor of {name} at offset {}",
            passed.offset
        ));
    }
    (passed.content.data != content || passed.content.cut > 0)
        .then(|| format!("a descriptor of another file ({name})"))
}

/// A line, as text, as far as there is room.
fn shown(line: &[u8]) -> String {
    const ROOM: usize = 80;
    let text = String::from_utf8_lossy(&line[..line.len().min(ROOM)]).into_owned();
    match line.len() > ROOM {
        true => format!("{text:?}... ({} bytes)", line.len()),
        false => format!("{text:?}"),
    }
}
