//! Who has nothing to do sleeps.

use crate::lessons::shm::idle::CALLS;
use crate::lessons::shm::ring::experiments::idle_side;
use crate::lessons::shm::ring::observed::Observed;
use crate::lessons::sight::hinted;
use crate::model::recording::Made;
use crate::model::text::call_head;
use crate::model::{Failure, Judgement, Pass, Trial, World};

/// The most processor time that it allows, microseconds: a twentieth of two seconds.
const CPU_US: u64 = 100_000;

const HINT: &str = "which call returns when the other one has changed something, and not before? who \
                    tells the kernel of it?";

/// Fails if the side that waits makes more calls in two seconds than are forgiven, or if the two use
/// more processor time than the handout allows.
///
/// Blind spot: which of the two it was that used the processor.
pub(in crate::lessons::shm::ring) fn blocks_without_spinning(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    observed.is_unchanged(HINT)?;
    let marks: Vec<(usize, u64)> = observed
        .recording
        .world()
        .filter_map(|(at, world)| match world {
            World::Measured(measure) => Some((at, measure.cpu_us)),
            _ => None,
        })
        .collect();
    let side = idle_side(observed.run);
    let start = marks.first().map(|(at, _)| *at);
    // A run that a limit ended may have made its calls all the same.
    let end = marks
        .get(1)
        .map_or(observed.recording.events.len(), |(at, _)| *at);
    let calls: Vec<Made<'_>> = observed
        .recording
        .calls()
        .filter(|made| start.is_some_and(|start| (start..end).contains(&made.enter)))
        .filter(|made| observed.side(made.task) == Some(side))
        .collect();
    if calls.len() > CALLS {
        let why = format!(
            "{} made {} calls in two seconds of waiting, {} the first of them",
            side.verb(),
            calls.len(),
            call_head(calls[0].call)
        );
        let failure = calls
            .iter()
            .take(4)
            .fold(Failure::new(why), |failure, made| {
                failure.showing(made.enter)
            });
        return Err(failure
            .figure("calls", calls.len() as f64)
            .hint(HINT)
            .into());
    }
    if let [(_, before), (at, after), ..] = marks.as_slice()
        && after.saturating_sub(*before) > CPU_US
    {
        let used = (after - before) / 1000;
        let why = format!(
            "the two used {used} ms of processor time while {} waited for two seconds",
            side.verb()
        );
        return Err(Failure::new(why)
            .showing(*at)
            .figure("cpu_ms", used as f64)
            .hint(HINT)
            .into());
    }
    observed
        .delivered(HINT)
        .map_err(|objection| hinted(objection, HINT))?;
    Ok(Pass::of("calls", calls.len()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{DELIVERED, judged, story};
    use super::*;

    fn said(between: &str, cpu: u64) -> String {
        let waited = format!(
            "* measured memory=1 tasks=3 descriptors=9 cpu=50000\n{between}* passed 2000\n\
             * measured memory=1 tasks=3 descriptors=9 cpu={cpu}\n* stdin \"three\""
        );
        let trace = DELIVERED.replace("* stdin \"three\"", &waited);
        judged(
            blocks_without_spinning,
            &story(&[b"one\n\ntwo\n", b"three"]),
            &trace,
        )
    }

    const LOOK: &str = "4 clock_nanosleep(CLOCK_REALTIME, 0, {}, NULL) = 0\n";

    #[test]
    fn sleeping_passes_and_so_does_a_look_every_now_and_then() {
        assert_eq!(said("", 50_000), "pass");
        assert_eq!(said(&LOOK.repeat(40), 90_000), "pass");
    }

    #[test]
    fn looking_every_millisecond_fails() {
        assert_snapshot!(said(&LOOK.repeat(1900), 90_000), @r"
        fail: consume made 1900 calls in two seconds of waiting, clock_nanosleep the first of them
          0.5 4 clock_nanosleep(CLOCK_REALTIME, 0, {}, NULL) = 0
          0.7 4 clock_nanosleep(CLOCK_REALTIME, 0, {}, NULL) = 0
          0.9 4 clock_nanosleep(CLOCK_REALTIME, 0, {}, NULL) = 0
          0.11 4 clock_nanosleep(CLOCK_REALTIME, 0, {}, NULL) = 0
        hint: which call returns when the other one has changed something, and not before? who tells the kernel of it?
        ");
        // The other one's calls are not its own.
        assert_eq!(said(&LOOK.replace("4 ", "3 ").repeat(1900), 90_000), "pass");
    }

    #[test]
    fn spinning_without_calls_fails() {
        assert_snapshot!(said("", 1_950_000), @r"
        fail: the two used 1900 ms of processor time while consume waited for two seconds
          0.6 * measured memory=1 tasks=3 descriptors=9 cpu=1950000
        hint: which call returns when the other one has changed something, and not before? who tells the kernel of it?
        ");
    }
}
