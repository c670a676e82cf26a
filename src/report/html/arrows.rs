//! Arrows: from what sent a signal to where it was delivered.
//!
//! The kernel does not record who sent what. An arrow joins a call of kill(2) and its like, a
//! signal from the outside world, or a child's end, to the next delivery of that signal to the
//! process in question. Where two send the same signal to one process at the same time, the two
//! arrows may be exchanged; and a signal to a process group is joined to its first delivery.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::recording::{Arg, Call, FIRST, Recording, What, World};
use crate::model::text::signal_number;

use super::lanes::Lanes;

/// From an event to an event, and whether it is a child's end that did it.
pub(super) type Arrow = (usize, usize, bool);

/// Whom a signal is for.
enum Target {
    /// The process with this number.
    Process(u32),
    /// This task.
    Task(u32),
    /// A process group, or what a descriptor names.
    Any,
}

/// All arrows of a recording.
pub(super) fn arrows(recording: &Recording, lanes: &Lanes) -> Vec<Arrow> {
    let mut deliveries: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (at, event) in recording.events.iter().enumerate() {
        if let What::Signal(_, signo) = event.what {
            deliveries.entry(signo).or_default().push(at);
        }
    }
    let answers = answers(recording);
    let mut arrows = Vec::new();
    let mut taken = BTreeSet::new();
    for (at, event) in recording.events.iter().enumerate() {
        let sent = match &event.what {
            What::Enter(_, call) if answers.get(&at) == Some(&true) => sent(call),
            What::World(World::Signalled(signo)) => Some((*signo, Target::Process(FIRST))),
            What::End { .. } => {
                arrows.extend(child_ended(lanes, at, &deliveries));
                None
            }
            _ => None,
        };
        let Some((signo, target)) = sent else {
            continue;
        };
        let is_for = |delivery: &usize| {
            let lane = lanes.of(*delivery);
            let task = |lane: usize| lanes.all.get(lane).and_then(|lane| lane.task);
            match target {
                Target::Process(pid) => task(lanes.process(lane)) == Some(pid),
                Target::Task(tid) => task(lane) == Some(tid),
                Target::Any => true,
            }
        };
        let next = after(&deliveries, signo, at).find(|to| !taken.contains(*to) && is_for(to));
        if let Some(to) = next {
            taken.insert(*to);
            arrows.push((at, *to, false));
        }
    }
    arrows
}

/// A process' end, and the SIGCHLD that its parent got next: one may be for several ends.
fn child_ended(lanes: &Lanes, at: usize, deliveries: &BTreeMap<i32, Vec<usize>>) -> Option<Arrow> {
    let lane = lanes.all.get(lanes.of(at)).filter(|lane| !lane.is_thread)?;
    let parent = lanes.process(lane.parent?);
    let to =
        after(deliveries, libc::SIGCHLD, at).find(|to| lanes.process(lanes.of(**to)) == parent)?;
    Some((at, *to, true))
}

/// Deliveries of a signal after an event.
fn after(
    deliveries: &BTreeMap<i32, Vec<usize>>,
    signo: i32,
    at: usize,
) -> impl Iterator<Item = &usize> {
    let all = deliveries.get(&signo).map_or(&[][..], Vec::as_slice);
    all[all.partition_point(|delivery| *delivery <= at)..].iter()
}

/// For each entry: whether the call succeeded, if it returned.
fn answers(recording: &Recording) -> BTreeMap<usize, bool> {
    let returns = recording
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Exit {
                enter, returned, ..
            } => Some((*enter, returned.errno.is_none())),
            _ => None,
        });
    returns.collect()
}

/// The signal that a call sends, and to whom; `None` if it sends none, or asks only.
fn sent(call: &Call) -> Option<(i32, Target)> {
    let int = |nth: usize| match call.args.get(nth) {
        Some(Arg::Int(number)) => Some(*number),
        _ => None,
    };
    let signal = |nth: usize| match call.args.get(nth) {
        Some(Arg::Word(name)) => signal_number(name),
        _ => None,
    };
    let process = |pid: i64| u32::try_from(pid).ok().filter(|pid| *pid > 0);
    let task = |tid: Option<i64>| tid.and_then(process).map(Target::Task);
    match call.name.as_str() {
        "kill" | "rt_sigqueueinfo" => {
            let target = process(int(0)?).map_or(Target::Any, Target::Process);
            Some((signal(1)?, target))
        }
        "tkill" => Some((signal(1)?, task(int(0))?)),
        "tgkill" | "rt_tgsigqueueinfo" => Some((signal(2)?, task(int(1))?)),
        "pidfd_send_signal" => Some((signal(1)?, Target::Any)),
        _ => None,
    }
}
