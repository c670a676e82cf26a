//! Orphans are adopted and reaped.

use std::collections::HashMap;

use crate::lessons::process::reaper::observed::Observed;
use crate::model::{Arg, Failure, Judgement, Pass, Task, Trial, What, World};

/// Zombies that a failure names.
const NAMED: usize = 8;

/// Fails if nobody above CMD was a subreaper when the first orphan ended, or if a process that had
/// ended before some time passed is still a zombie after it.
///
/// Blind spot: a zombie that is reaped within that time, however late.
pub(in crate::lessons::process::reaper) fn reaps_every_orphan(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let command = observed.command()?;
    let orphans = orphans(&observed);
    if let Some((orphan, end)) = orphans.first()
        && !is_adopted(&observed, *end)
    {
        let failure = Failure::new(format!(
            "it adopts nobody: the orphans of CMD, {orphan} the first of them, became children of \
             process 1"
        ))
        .showing(command.began);
        let failure = observed
            .start_of(*orphan)
            .map_or_else(|| failure.clone(), |at| failure.clone().showing(at));
        return Err(failure
            .showing(*end)
            .hint("Whose child does a process become when its parent ends, and what changes that?")
            .into());
    }
    let waited = Failure::from_zombies(&observed);
    if let Some(failure) = waited {
        return Err(failure.into());
    }
    observed.limited("What is it waiting for while orphans end?")?;
    if orphans.is_empty() {
        // It is the actor that makes them: it was not let.
        return Err(Failure::new("CMD ended before it had left its orphans")
            .showing(command.began)
            .hint("Who ended CMD, and why?")
            .into());
    }
    Ok(Pass::of("orphans", orphans.len()))
}

impl Failure {
    /// The first moment at which zombies were seen that had ended a while ago.
    fn from_zombies(observed: &Observed<'_>) -> Option<Self> {
        let mut ended: HashMap<Task, usize> = HashMap::new();
        // When time began to pass, and when it had.
        let (mut passing, mut passed) = (0, 0);
        for (at, event) in observed.recording.events.iter().enumerate() {
            match &event.what {
                What::End { task, .. } => {
                    ended.insert(*task, at);
                }
                What::World(World::Passed(_)) => (passing, passed) = (passed, at),
                What::Zombies(zombies) => {
                    let old: Vec<Task> = zombies
                        .iter()
                        .filter(|zombie| ended.get(zombie).is_some_and(|end| *end < passing))
                        .copied()
                        .collect();
                    if let Some(first) = old.first() {
                        let names: Vec<String> =
                            old.iter().take(NAMED).map(Task::to_string).collect();
                        let more = if old.len() > NAMED { " ..." } else { "" };
                        let why = match old.len() {
                            1 => "one process stayed a zombie".to_owned(),
                            several => format!("{several} processes stayed zombies"),
                        };
                        let failure = Self::new(format!("{why}: {}{more}", names.join(" ")));
                        let failure = ended
                            .get(first)
                            .map_or_else(|| failure.clone(), |end| failure.clone().showing(*end));
                        return Some(
                            last_wait(observed, at)
                                .map_or_else(|| failure.clone(), |w| failure.clone().showing(w))
                                .showing(at)
                                .figure("zombies", old.len() as f64)
                                .hint("SIGCHLD says that children ended. Does it say how many?"),
                        );
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// The last call by which somebody other than CMD waited for a child before event `before`.
fn last_wait(observed: &Observed<'_>, before: usize) -> Option<usize> {
    observed
        .calls_named(&["wait4", "waitid"])
        .filter(|made| made.enter < before && !observed.is_of_command(made.task))
        .map(|made| made.enter)
        .last()
}

/// Descendants of CMD whose parent had ended, or ended while they were zombies, with the events of
/// their ends: those that CMD itself could not reap.
fn orphans(observed: &Observed<'_>) -> Vec<(Task, usize)> {
    let Some(command) = observed.command else {
        return Vec::new();
    };
    observed
        .recording
        .events
        .iter()
        .enumerate()
        .filter_map(|(at, event)| match event.what {
            What::End { task, .. } => Some((task, at)),
            _ => None,
        })
        .filter(|(task, _)| {
            observed.is_of_command(*task)
                && *task != command.task
                && observed.parent_of(*task) != Some(command.task)
        })
        .collect()
}

/// Whether somebody above CMD had called prctl(PR_SET_CHILD_SUBREAPER) by event `before`.
fn is_adopted(observed: &Observed<'_>, before: usize) -> bool {
    let above: Vec<Task> = observed.line_of_command().into_iter().skip(1).collect();
    observed.calls_named(&["prctl"]).any(|made| {
        let is_set = match &made.call.args[..] {
            [Arg::Word(option), set, ..] => {
                option == "PR_SET_CHILD_SUBREAPER"
                    && !matches!(set, Arg::Int(0))
                    && !matches!(set, Arg::Word(word) if word == "0")
            }
            _ => false,
        };
        is_set
            && made.enter < before
            && made.value() == Some(0)
            && above.contains(&observed.process(made.task))
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, started, story};
    use super::*;

    /// CMD 3 leaves 5 behind, whose parent was 4.
    fn orphaned(prctl: &str, rest: &str) -> String {
        started(&format!(
            "{prctl}\n2 fork 3\n3 exec \"/actor\"\n3 fork 4\n4 fork 5\n4 +++ exit 0\n\
             3 wait4(4, [{{WEXITED, 0}}], 0, NULL) = 4\n5 +++ exit 0\n{rest}"
        ))
    }

    const SUBREAPER: &str = "2 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0";

    #[test]
    fn a_subreaper_that_reaps_passes() {
        let trace = orphaned(
            SUBREAPER,
            "2 wait4(-1, NULL, 0, NULL) = 5\n* passed 100\n* passed 100\n. zombies\n\
             3 +++ exit 0\n2 +++ exit 0",
        );
        assert_eq!(judged(reaps_every_orphan, &story(&[]), &trace), "pass");
    }

    #[test]
    fn who_is_no_subreaper_adopts_nobody() {
        let rest = "* passed 100\n* passed 100\n. zombies\n3 +++ exit 0\n2 +++ exit 0";
        assert_snapshot!(judged(reaps_every_orphan, &story(&[]), &orphaned("", rest)), @r#"
        fail: it adopts nobody: the orphans of CMD, 5 the first of them, became children of process 1
          0.3 3 exec "/actor" fds= blocked=[] ignored=[]
          0.5 4 fork 5
          0.9 5 +++ exit 0
        hint: Whose child does a process become when its parent ends, and what changes that?
        "#);
        let unset = "2 prctl(PR_SET_CHILD_SUBREAPER, 0) = 0";
        assert!(
            judged(reaps_every_orphan, &story(&[]), &orphaned(unset, rest)).starts_with("fail")
        );
        // The flag is not inherited: that CMD has it, or a child of the supervisor's beside CMD,
        // is of no use.
        let aside = "2 fork 9\n9 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0";
        assert!(
            judged(reaps_every_orphan, &story(&[]), &orphaned(aside, rest)).starts_with("fail")
        );
        let above = "2 fork 9\n9 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0\n9 thread 10";
        let trace = orphaned(above, rest).replace("2 fork 3", "10 fork 3");
        assert_eq!(judged(reaps_every_orphan, &story(&[]), &trace), "pass");
    }

    #[test]
    fn an_orphan_that_nobody_waits_for_stays_a_zombie() {
        let trace = orphaned(
            SUBREAPER,
            "2 wait4(3, NULL, 0, NULL) ...\n* passed 100\n* passed 100\n. zombies 5",
        );
        assert_snapshot!(judged(reaps_every_orphan, &story(&[]), &trace), @r"
        fail: one process stayed a zombie: 5
          0.11 5 +++ exit 0
          0.12 2 wait4(3, NULL, 0, NULL) = ?
          0.15 . zombies 5
        hint: SIGCHLD says that children ended. Does it say how many?
        ");
    }

    #[test]
    fn who_ended_just_now_is_no_zombie_yet() {
        let trace = orphaned(
            SUBREAPER,
            "* passed 100\n3 fork 6\n6 fork 7\n6 +++ exit 0\n7 +++ exit 0\n* passed 100\n\
             . zombies 7",
        );
        assert_eq!(judged(reaps_every_orphan, &story(&[]), &trace), "pass");
    }
}
