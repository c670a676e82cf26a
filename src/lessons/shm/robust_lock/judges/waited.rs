//! Who waits for the lock sleeps.

use crate::lessons::shm::idle::CALLS;
use crate::lessons::shm::robust_lock::observed::Observed;
use crate::lessons::sight;
use crate::model::recording::FIRST;
use crate::model::text::call_head;
use crate::model::{Failure, Judgement, Objection, Pass, Task, Trial, What, World};

/// Processor time that no process takes which starts, adds twice and sleeps meanwhile. One that spins
/// alone takes two seconds and more.
const CPU_MS: u64 = 1500;

/// Fails if all processes make more calls together than are forgiven in two seconds in which one of
/// them is stopped in the middle of an addition, or one takes the processor for as long. The stopped one's
/// other threads are its own affair: they do not wait for the lock.
///
/// Blind spot: a program that makes no calls and spins for less than three quarters of the time.
pub(in crate::lessons::shm::robust_lock) fn waits_without_spinning(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let recording = observed.recording;
    let hint = "Which call sleeps until the lock is free, and who makes the call that wakes?";
    let Some(held) = observed.struck(0) else {
        observed.limited(hint)?;
        let failure = Failure::new("none of its processes stores to COUNTERFILE in memory");
        let hint = "Where is the counter while the processes add to it?";
        return Err(observed.with_end(failure).hint(hint).into());
    };
    let passed = recording.world();
    let mut passed = passed.filter(|(_, world)| matches!(world, World::Passed(_)));
    let settled = passed.next().map_or(recording.events.len(), |(at, _)| at);
    if settled < held.at {
        let why = "it had not come to its first addition when the two seconds began";
        return Err(Objection::Blind(why.to_owned()));
    }
    // A run that a limit ended may have made its calls all the same.
    let over = passed.next().map_or(recording.events.len(), |(at, _)| at);
    let processes = sight::processes(recording);
    let process = |task: Task| processes.get(&task).copied().unwrap_or(task);
    let calls: Vec<_> = recording
        .calls()
        .filter(|made| (settled..over).contains(&made.enter))
        .filter(|made| process(made.task) != process(held.task))
        .collect();
    if let Some(first) = calls.first()
        && calls.len() > CALLS
    {
        let why = format!(
            "it made {} calls in two seconds in which one process was stopped, {} the first of them",
            calls.len(),
            call_head(first.call)
        );
        let failure = Failure::new(why).showing(held.at);
        let failure = calls
            .iter()
            .take(4)
            .fold(failure, |f, made| f.showing(made.enter));
        let failure = failure.figure("calls", calls.len() as f64);
        return Err(failure.hint(hint).into());
    }
    if let Some((task, at, cpu_ms)) = busiest(&observed)
        && cpu_ms > CPU_MS
    {
        let why = format!(
            "process {task} used {cpu_ms} ms of processor time, most of them when another one was \
             stopped for two seconds"
        );
        let failure = Failure::new(why).showing(held.at).showing(at);
        return Err(failure.figure("cpu_ms", cpu_ms as f64).hint(hint).into());
    }
    observed.limited(hint)?;
    Ok(Pass::of("calls", calls.len()))
}

/// The process that used the most processor time, the first one aside, with whose are counted those
/// of its children; the event, and how much.
fn busiest(observed: &Observed<'_>) -> Option<(Task, usize, u64)> {
    let events = observed.recording.events.iter().enumerate();
    let used = events.filter_map(|(at, event)| match event.what {
        What::Usage(task, usage) if task != FIRST => Some((task, at, usage.cpu_us / 1000)),
        _ => None,
    });
    used.max_by_key(|(_, _, cpu_ms)| *cpu_ms)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, story};
    use super::*;

    fn waits(meanwhile: &str, cpu_us: u64) -> String {
        let trace = format!(
            "2 fork 3\n2 fork 4\n3 store(\"/lab/n\", 0) ...\n3 !!! 0\n\
             4 flock(3</lab/n [7]>, LOCK_EX) ...\n* passed 200\n{meanwhile}* passed 2000\n\
             3 ... store = 0\n3 +++ exit 0\n4 usage cpu={cpu_us} maxrss=900\n4 +++ exit 0\n\
             * stdout \"9\\n\"\n2 +++ exit 0\n"
        );
        judged(waits_without_spinning, &story(5, 2, 2), &[trace])
    }

    #[test]
    fn sleeping_passes() {
        assert_eq!(waits("", 300_000), "pass");
        assert_eq!(
            waits(&"2 wait4(-1, NULL, WNOHANG, NULL) = 0\n".repeat(20), 9),
            "pass"
        );
    }

    #[test]
    fn another_thread_of_the_stopped_process_may_do_something() {
        let looks = "3 thread 5\n".to_owned() + &"5 nanosleep({0, 1}, NULL) = 0\n".repeat(400);
        assert_eq!(waits(&looks, 9), "pass");
    }

    #[test]
    fn spinning_fails_with_calls_and_without() {
        assert_snapshot!(waits(&"4 sched_yield() = 0\n".repeat(151), 900), @r#"
        fail: it made 151 calls in two seconds in which one process was stopped, sched_yield the first of them
          0.2 3 store("/lab/n", 0) = 0
          0.6 4 sched_yield() = 0
          0.8 4 sched_yield() = 0
          0.10 4 sched_yield() = 0
          0.12 4 sched_yield() = 0
        hint: Which call sleeps until the lock is free, and who makes the call that wakes?
        "#);
        assert_snapshot!(waits("", 2_200_000), @r#"
        fail: process 4 used 2200 ms of processor time, most of them when another one was stopped for two seconds
          0.2 3 store("/lab/n", 0) = 0
          0.9 4 usage cpu=2200000 maxrss=900
        hint: Which call sleeps until the lock is free, and who makes the call that wakes?
        "#);
    }

    #[test]
    fn a_late_start_cannot_be_judged_and_a_counter_elsewhere_fails() {
        let early = "* passed 200\n2 fork 3\n3 store(\"/lab/n\", 0) ...\n3 !!! 0\n".to_owned();
        let story = story(5, 2, 2);
        assert!(judged(waits_without_spinning, &story, &[early]).starts_with("blind"));
        let none = "* passed 200\n* passed 2000\n2 +++ exit 0\n".to_owned();
        let none = judged(waits_without_spinning, &story, &[none]);
        assert!(none.contains("stores to COUNTERFILE"));
    }
}
