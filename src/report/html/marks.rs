//! Marks: a call with its return is one, and so is everything else that happened.

use crate::model::recording::{Event, ExitStatus, Recording, Returned, What};
use crate::model::text::{answer_text, call_name, call_text, place_text, signal_name, what_text};

use super::data::{Marks, Strings, flag, kind};
use super::lanes::{Lanes, is_trouble};

/// The most frames of one call's place that are shown.
const FRAMES_MAX: usize = 24;

/// The marks of a recording, and which of them each event belongs to.
pub(super) fn marks(
    recording: &Recording,
    lanes: &Lanes,
    strings: &mut Strings,
) -> (Marks, Vec<usize>) {
    let mut marks = Marks::default();
    let mut of_event = Vec::with_capacity(recording.events.len());
    let returns = returns(recording);
    for (at, event) in recording.events.iter().enumerate() {
        let mark = match one(recording, at, event, returns[at]) {
            // A return is its call's.
            None => match &event.what {
                What::Exit { enter, .. } => of_event.get(*enter).copied().unwrap_or(0),
                _ => 0,
            },
            Some(mark) => {
                let number = marks.at.len();
                marks.at.push(at);
                marks.until.push(mark.until);
                marks.lane.push(lanes.of(at));
                marks.kind.push(mark.kind);
                marks.name.push(strings.number(&mark.name));
                marks.text.push(strings.number(&mark.text));
                marks.answer.push(strings.number(&mark.answer));
                marks.site.push(strings.number(&site(event)));
                marks.flags.push(mark.flags);
                number
            }
        };
        of_event.push(mark);
    }
    (marks, of_event)
}

/// For each event that is an entry: the event of its return.
fn returns(recording: &Recording) -> Vec<Option<usize>> {
    let mut returns = vec![None; recording.events.len()];
    for (at, event) in recording.events.iter().enumerate() {
        if let What::Exit { enter, .. } = event.what
            && is_entry(recording, enter, at)
        {
            returns[enter] = Some(at);
        }
    }
    returns
}

/// Whether an entry stands at `enter`, before the return at `at`.
fn is_entry(recording: &Recording, enter: usize, at: usize) -> bool {
    let event = recording.events.get(enter).filter(|_| enter < at);
    event.is_some_and(|event| matches!(event.what, What::Enter(..)))
}

struct Mark {
    kind: u8,
    name: String,
    text: String,
    answer: String,
    until: usize,
    flags: u8,
}

/// The mark of an event; `None` for a return, which is part of its call's.
fn one(
    recording: &Recording,
    at: usize,
    event: &Event,
    returned_at: Option<usize>,
) -> Option<Mark> {
    let what = &event.what;
    let plain = |kind, name: &str| Mark {
        kind,
        name: name.to_owned(),
        text: what_text(what),
        answer: String::new(),
        until: at,
        flags: 0,
    };
    Some(match what {
        What::Enter(_, call) => {
            let returned = returned_at.and_then(|at| match &recording.events[at].what {
                What::Exit { returned, .. } => Some(returned),
                _ => None,
            });
            Mark {
                text: call_text(call),
                answer: returned.map_or_else(|| "?".to_owned(), |it| answer_text(it, &call.name)),
                until: returned_at.unwrap_or(at),
                flags: returned.map_or(flag::OPEN, answered)
                    | only(flag::WAITED, returned_at.is_some_and(|end| end > at + 1)),
                ..plain(kind::CALL, &call_name(call))
            }
        }
        What::Exit { enter, .. } if is_entry(recording, *enter, at) => return None,
        What::Exit { .. } => plain(kind::NOTE, "return"),
        What::Fork { thread: true, .. } => plain(kind::FORK, "thread"),
        What::Fork { .. } => plain(kind::FORK, "fork"),
        What::Exec(..) => plain(kind::EXEC, "exec"),
        What::Begin(_) => plain(kind::NOTE, "begin"),
        What::Signal(_, signo) => plain(kind::SIGNAL, &signal_name(*signo)),
        What::Stop(_, signo) => plain(kind::STOP, &signal_name(*signo)),
        What::End { status, .. } => Mark {
            flags: only(flag::FAILED, *status != ExitStatus::Code(0)),
            ..plain(kind::END, &status.to_string())
        },
        What::Struck(..) => plain(kind::FAULT, "fault"),
        What::World(world) => Mark {
            flags: only(flag::FAILED, is_trouble(world)),
            ..plain(kind::WORLD, &first_word(&what_text(what)))
        },
        What::Rest(_) | What::Zombies(_) | What::State(..) | What::Usage(..) => {
            plain(kind::NOTE, &first_word(&what_text(what)))
        }
    })
}

fn answered(returned: &Returned) -> u8 {
    only(flag::FAILED, returned.errno.is_some()) | only(flag::INJECTED, returned.injected)
}

/// The flag, if it holds.
fn only(flag: u8, holds: bool) -> u8 {
    if holds { flag } else { 0 }
}

fn first_word(text: &str) -> String {
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn site(event: &Event) -> String {
    let frames = event.site.iter().take(FRAMES_MAX).map(place_text);
    frames.collect::<Vec<_>>().join(" < ")
}
