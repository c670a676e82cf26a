//! What launches did wrong, whatever came out of them.

use super::super::facts::{Facts, Seen};
use super::told;
use crate::gpu::fault::{Fault, FaultKind, Space};
use crate::gpu::launch::End;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// What faults are about, in the order in which they are asked for: a cause before its effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// Threads that should meet do not.
    Barriers,
    /// It never ends.
    Ends,
    /// Memory that is none of its own.
    Bounds,
    /// Two threads at once.
    Race,
    /// Memory that nobody has written.
    Initialised,
    /// It gave up by itself.
    Computed,
}

impl Group {
    /// The group of a kind of fault; none, if it costs nothing: the hardware lets threads go on whose
    /// fellows have returned, and the handouts say so.
    pub(super) fn of(kind: FaultKind) -> Option<Self> {
        match kind {
            FaultKind::Endless | FaultKind::StackOverflow => Some(Self::Ends),
            FaultKind::DivergentBarrier | FaultKind::InactiveLane | FaultKind::Deadlock => {
                Some(Self::Barriers)
            }
            FaultKind::OutOfBounds
            | FaultKind::Misaligned
            | FaultKind::NullPointer
            | FaultKind::UseAfterFree
            | FaultKind::WriteToConstant => Some(Self::Bounds),
            FaultKind::Race => Some(Self::Race),
            FaultKind::Uninitialised => Some(Self::Initialised),
            FaultKind::Assert | FaultKind::Trap => Some(Self::Computed),
            FaultKind::ExitedBarrier => None,
        }
    }

    /// Whether a check of this group fails for it. Threads that wait for each other for ever do not end, either:
    /// that is for labs without barriers.
    fn fails_for(self, kind: FaultKind) -> bool {
        Self::of(kind) == Some(self) || (self == Self::Ends && kind == FaultKind::Deadlock)
    }

    /// A question about it.
    pub(super) fn hint(self, kind: FaultKind) -> &'static str {
        match (self, kind) {
            (_, FaultKind::Deadlock) => {
                "What does each of these threads wait for, and who is to bring that about?"
            }
            (_, FaultKind::StackOverflow) => "What ends the calls?",
            (Self::Ends, _) => {
                "What changes from one round of that loop to the next, and which round is the last?"
            }
            (_, FaultKind::InactiveLane) => {
                "Which lanes does the mask name, and which of them come to that line?"
            }
            (Self::Barriers, _) => {
                "On which way through the kernel does a thread come to that barrier, and on which does it not?"
            }
            (_, FaultKind::NullPointer) => "What may a thread touch if there is no element at all?",
            (_, FaultKind::Misaligned) => {
                "How many bytes does that access take at once, and where may such a one begin?"
            }
            (Self::Bounds, _) => "Which element is that thread's own, and is there one?",
            (Self::Race, _) => {
                "What has to have happened before that line may run, and what makes the others wait for it?"
            }
            (Self::Initialised, _) => {
                "Which line has put something there before, and for which threads?"
            }
            (Self::Computed, _) => "Under which condition does it give up?",
        }
    }
}

/// Fails on a launch that is refused, or that would never end.
///
/// Blind spot: the simulator stops a launch after so many instructions, hundreds of times more than a
/// right one needs; whether the rest would have ended some day is not known.
pub(in crate::lessons::gpu) fn ends(trial: &Trial<'_>) -> Judgement {
    free_of(trial, Group::Ends)
}

/// Fails on threads that wait at different barriers, and on warp primitives without a lane that they name.
///
/// Blind spot: a thread that has returned is not missed, as the hardware does not miss it.
pub(in crate::lessons::gpu) fn meets_its_barriers(trial: &Trial<'_>) -> Judgement {
    free_of(trial, Group::Barriers)
}

/// Fails on an access outside of every buffer, whether or not anything came of it.
///
/// Blind spot: an access that leaves one array and arrives in another one.
pub(in crate::lessons::gpu) fn stays_in_bounds(trial: &Trial<'_>) -> Judgement {
    free_of(trial, Group::Bounds)
}

/// Fails on two accesses to one place that nothing orders, one of them a write.
///
/// Blind spot: what no launch of the probe shows.
pub(in crate::lessons::gpu) fn has_no_race(trial: &Trial<'_>) -> Judgement {
    free_of(trial, Group::Race)
}

/// Fails on a read of memory that nobody has written.
///
/// Blind spot: a variable that the compiler keeps in a register is seen only where it is compiled without
/// optimisation, and there not if it is a single byte.
pub(in crate::lessons::gpu) fn initialises_before_use(trial: &Trial<'_>) -> Judgement {
    free_of(trial, Group::Initialised)
}

/// Passes if no launch has a fault of this group, and none was ended before it could have.
fn free_of(trial: &Trial<'_>, group: Group) -> Judgement {
    let facts = Facts::of(trial)?;
    let of_group = |fault: &&Fault| group.fails_for(fault.kind) && !is_copy_of_nothing(fault);
    for seen in facts.launches() {
        if let Some(fault) = seen.faults().find(of_group) {
            return Err(failure(seen, fault, group).into());
        }
    }
    let launches = facts.launches().count();
    if let Some(refused) = facts.refused()
        && (group > Group::Barriers || launches == 0)
    {
        let why = format!("{}: the launch is refused: {}", refused.told, refused.why);
        return Err(Failure::new(why)
            .hint("With what is it launched, and what of that does the kernel not fit?")
            .into());
    }
    for seen in facts.launches() {
        came_through(seen, group)?;
    }
    let writes = facts.launches().any(|seen| seen.launch.writes > 0);
    match (launches, writes, group) {
        (0, ..) => Err(Objection::Blind("no launch was made".to_owned())),
        // A kernel that does nothing ends; beyond that, nothing can be said for it.
        (_, false, Group::Bounds | Group::Race | Group::Initialised) => Err(Failure::new(format!(
            "none of its {launches} launches writes anything to global memory"
        ))
        .hint("How does a result leave the device?")
        .into()),
        _ => Ok(Pass::of("launches", launches)),
    }
}

/// Whether this may be the copy of an object without members, a function object for instance: C++ gives it
/// a byte, and nobody ever writes that.
fn is_copy_of_nothing(fault: &Fault) -> bool {
    fault.kind == FaultKind::Uninitialised
        && fault.space == Some(Space::Local)
        && fault.text.starts_with("reads 1 byte ")
}

/// Fails if what an earlier check is about ended the launch.
///
/// # Errors
/// With that fault.
pub(super) fn came_through(seen: Seen<'_>, group: Group) -> Result<(), Objection> {
    if seen.launch.end == End::Completed {
        return Ok(());
    }
    let earlier = seen.faults().find_map(|fault| {
        let of = Group::of(fault.kind).filter(|of| *of < group && fault.kind.ends_a_launch())?;
        Some(failure(seen, fault, of))
    });
    match earlier {
        None => Ok(()),
        Some(failure) => {
            let why = format!("a launch did not come to its end\n{}", failure.why);
            Err(Failure { why, ..failure }.into())
        }
    }
}

/// What is told of a fault.
pub(super) fn failure(seen: Seen<'_>, fault: &Fault, group: Group) -> Failure {
    let why = format!("{}: {}", told::launch(seen.launch), told::fault(fault));
    Failure::new(why)
        .hint(group.hint(fault.kind))
        .see(told::see(seen))
        .figure("times", fault.times as f64)
}
