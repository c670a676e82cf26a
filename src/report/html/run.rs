//! One recording as tables.

use crate::model::recording::{ExitStatus, What};
use crate::ui::plural;

use super::data::{Run, Strings, flag, kind, shown};
use super::{Shot, arrows, descriptors, lanes, marks};

/// The tables of a recording.
pub(super) fn run(shot: &Shot<'_>, strings: &mut Strings) -> Run {
    let recording = shot.recording;
    let lanes = lanes::lanes(recording);
    let (marks, mark_of_event) = marks::marks(recording, &lanes, strings);
    let followed = descriptors::descriptors(recording, &lanes, &mark_of_event, strings);
    let lives_omitted = followed.omitted;
    let mut run = Run {
        story: shown(&shot.story),
        check: shot.proves.as_ref().map(|(id, _)| shown(id)),
        number: shot.proves.as_ref().map_or(1, |(_, number)| *number),
        summary: String::new(),
        events: recording.events.len(),
        omitted: shot.omitted,
        times: times(shot.times_ns, recording.events.len()),
        arrows: arrows::arrows(recording, &lanes),
        descriptors: followed.all,
        uses: followed.uses,
        lanes: lanes.all,
        marks,
    };
    run.summary = summary(&run, shot);
    if lives_omitted > 0 {
        run.summary.push_str("; not all descriptors are shown");
    }
    run
}

/// From each event to the next; `None` if they were not all noted.
fn times(times_ns: &[u64], events: usize) -> Option<Vec<u64>> {
    if times_ns.len() != events || events == 0 {
        return None;
    }
    let mut last = 0;
    let mut deltas = Vec::with_capacity(events);
    for time in times_ns {
        // The clock does not go back; if it did, the picture must not.
        deltas.push(time.saturating_sub(last));
        last = last.max(*time);
    }
    Some(deltas)
}

/// What there is to see, in a sentence: `2 processes, 3 threads, 812 calls (4 failed), ...`.
fn summary(run: &Run, shot: &Shot<'_>) -> String {
    let tasks = || run.lanes.iter().filter(|lane| lane.task.is_some());
    let marks = |which: u8| run.marks.kind.iter().filter(move |kind| **kind == which);
    let flagged = |flag: u8| {
        (run.marks.kind.iter().zip(&run.marks.flags))
            .filter(move |(kind, flags)| **kind == kind::CALL && **flags & flag != 0)
            .count()
    };
    let mut parts = vec![plural(
        tasks().filter(|lane| !lane.is_thread).count(),
        "process",
        "processes",
    )];
    let mut more = |count: usize, one: &str, many: &str| {
        if count > 0 {
            parts.push(plural(count, one, many));
        }
    };
    more(
        tasks().filter(|lane| lane.is_thread).count(),
        "further thread",
        "further threads",
    );
    more(marks(kind::CALL).count(), "call", "calls");
    more(flagged(flag::FAILED), "of them failed", "of them failed");
    more(
        flagged(flag::INJECTED),
        "answer injected",
        "answers injected",
    );
    more(marks(kind::SIGNAL).count(), "signal", "signals");
    more(marks(kind::FAULT).count(), "fault struck", "faults struck");
    let mut text = parts.join(", ");
    if let Some(status) = first_end(shot) {
        text.push_str(&format!("; the first process ended: {status}"));
    }
    if shot.omitted > 0 {
        text.push_str(&format!("; {} later events are not shown", shot.omitted));
    }
    text
}

/// How the task with the first event ended.
fn first_end(shot: &Shot<'_>) -> Option<ExitStatus> {
    let events = &shot.recording.events;
    let first = events.iter().find_map(|event| event.what.task())?;
    events.iter().find_map(|event| match &event.what {
        What::End { task, status, .. } if *task == first => Some(*status),
        _ => None,
    })
}
