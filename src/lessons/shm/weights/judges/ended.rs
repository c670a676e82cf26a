//! How it ends: with the right sums, or with a message; and what is left of it.

use crate::lessons::shm::weights::mapped::users;
use crate::lessons::shm::weights::observed::Observed;
use crate::lessons::sight::hinted;
use crate::model::recording::FIRST;
use crate::model::{ExitStatus, Failure, Judgement, Pass, Trial, What};

/// Fails unless it prints the right sums and exits with status 0.
pub(in crate::lessons::shm::weights) fn sums_right(trial: &Trial<'_>) -> Judgement {
    let hint = "where does a stripe end and the next one begin, and how large is each number on the \
                way there?";
    let observed = Observed::new(trial).map_err(|objection| hinted(objection, hint))?;
    observed
        .ends_as_due()
        .map_err(|failure| hinted(failure.into(), hint))?;
    Ok(Pass::of("workers", observed.workers() as usize))
}

/// Fails if something is left in /dev/shm when all processes have ended, if some never do, or if
/// it ends in another way than it should.
///
/// Blind spot: what is left if a signal comes before the first worker is started.
pub(in crate::lessons::shm::weights) fn cleans_up(trial: &Trial<'_>) -> Judgement {
    let hint = "who removes what has a name, and on which of the ways out?";
    let observed = Observed::new(trial).map_err(|objection| hinted(objection, hint))?;
    observed
        .leaves_nothing()
        .and_then(|()| observed.ends_as_due())
        .map_err(|failure| hinted(failure.into(), hint))?;
    Ok(Pass::default())
}

/// Fails if it hangs when one of its processes was killed, if it neither prints the right sums nor
/// says what has happened and exits with 1, or if something is left: a name, a process, a zombie.
///
/// If it was a helper that was killed, such as the server of Python's that forks, nothing is asked.
pub(in crate::lessons::shm::weights) fn survives_a_dead_worker(trial: &Trial<'_>) -> Judgement {
    let hint = "who is told that a process has ended, and how, and by what that never comes?";
    let observed = Observed::new(trial).map_err(|objection| hinted(objection, hint))?;
    let users = users(observed.recording);
    if let Some((_, task, _)) = observed.recording.struck().next()
        && !users.contains(&task)
    {
        return Ok(Pass::default());
    }
    let judged = observed.ends_as_due().and_then(|()| {
        observed.leaves_nothing()?;
        let zombies = observed.recording.events.iter().enumerate();
        for (at, event) in zombies {
            if let What::End {
                task: FIRST,
                zombies,
                ..
            } = &event.what
                && !zombies.is_empty()
            {
                let why = "it ends, and has not waited for all that it started";
                return Err(observed.with_circumstances(Failure::new(why).showing(at)));
            }
        }
        Ok(())
    });
    judged.map_err(|failure| hinted(failure.into(), hint))?;
    Ok(Pass::default())
}

/// Fails on SIGBUS, whoever gets it; if it neither prints the right sums nor says what is missing
/// and exits with 1; or if something is left.
pub(in crate::lessons::shm::weights) fn says_no_memory(trial: &Trial<'_>) -> Judgement {
    let hint = "when are the pages of an object found, and who is told if there are none?";
    let observed = Observed::new(trial).map_err(|objection| hinted(objection, hint))?;
    let is_bus = |what: &What| {
        matches!(
            what,
            What::Signal(_, libc::SIGBUS)
                | What::End {
                    status: ExitStatus::Signal(libc::SIGBUS),
                    ..
                }
        )
    };
    let events = &observed.recording.events;
    let judged = match events.iter().position(|event| is_bus(&event.what)) {
        Some(at) => {
            let failure = Failure::new("a process of its got SIGBUS").showing(at);
            Err(observed.with_circumstances(failure))
        }
        None => observed
            .ends_as_due()
            .and_then(|()| observed.leaves_nothing()),
    };
    judged.map_err(|failure| hinted(failure.into(), hint))?;
    Ok(Pass::default())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DUE, Due, said};
    use super::*;
    use insta::assert_snapshot;

    const DONE: &str = r#"
        * stdout "worker 0 0\nworker 1 1\n"
        * stdout "worker 2 5\ntotal 6\n"
        2 +++ exit 0
        * left "/dev/shm" [ ]
    "#;

    #[test]
    fn the_sums_pass_in_any_pieces() {
        for judge in [
            sums_right,
            cleans_up,
            survives_a_dead_worker,
            says_no_memory,
        ] {
            for due in [Due::Sums, Due::Failure, Due::Error] {
                assert_eq!(said(judge, due, DONE), "pass");
            }
        }
        assert_eq!(DUE, "worker 0 0\nworker 1 1\nworker 2 5\ntotal 6\n");
    }

    #[test]
    fn a_wrong_sum_fails() {
        assert_snapshot!(said(sums_right, Due::Sums, &DONE.replace("2 5", "2 4")), @r#"
        fail: it printed "worker 2 4", where "worker 2 5" is due
          0.1 * stdout "worker 2 4\ntotal 6\n"
        hint: where does a stripe end and the next one begin, and how large is each number on the way there?
        "#);
        let more = DONE.replace("6\\n", "6\\nbye\\n");
        assert!(said(sums_right, Due::Sums, &more).contains("\"bye\" as well"));
        let less = DONE.replace("total 6\\n", "");
        assert!(said(sums_right, Due::Sums, &less).contains("no line \"total 6\""));
        let open = DONE.replace("6\\n", "6");
        assert!(said(sums_right, Due::Sums, &open).contains("has no end"));
        let dies = DONE.replace("exit 0", "signal SIGSEGV");
        assert!(said(sums_right, Due::Sums, &dies).contains("it is ended by SIGSEGV"));
    }

    #[test]
    fn a_name_that_is_left_fails() {
        let left = DONE.replace("[ ]", "[ \"weights\" ]");
        assert_snapshot!(said(cleans_up, Due::Sums, &left), @r#"
        fail: weights is left in /dev/shm
          0.3 * left "/dev/shm" [ "weights" ]
        hint: who removes what has a name, and on which of the ways out?
        "#);
        let still = DONE.replace("* left \"/dev/shm\" [ ]", "");
        assert!(said(cleans_up, Due::Sums, &still).contains("processes of its are left"));
    }

    const ENDED: &str = "
        3 exit_group(0) ...
        2 !!! strike
        2 --- SIGTERM
        2 +++ signal SIGTERM
        * left \"/dev/shm\" [ ]
    ";

    #[test]
    fn the_end_by_a_signal_may_have_any_status_but_0() {
        assert_eq!(said(cleans_up, Due::Failure, ENDED), "pass");
        let other = ENDED.replace("signal SIGTERM\n", "exit 143\n");
        assert_eq!(said(cleans_up, Due::Failure, &other), "pass");
        let success = ENDED.replace("+++ signal SIGTERM", "+++ exit 0");
        assert!(
            said(cleans_up, Due::Failure, &success).contains("status 0, and it printed no line")
        );
    }

    const KILLED: &str = r#"
        3 mmap(NULL, 16, PROT_READ, MAP_SHARED, 3</memfd:weights [9]>, 0) = 0x1000
        3 exit_group(0) ...
        3 !!! strike
        3 +++ signal SIGKILL
        * stderr "weights: worker 0 was killed\n"
        2 +++ exit 1
        * left "/dev/shm" [ ]
    "#;

    #[test]
    fn a_dead_worker_costs_a_message_and_the_status() {
        assert_eq!(said(survives_a_dead_worker, Due::Error, KILLED), "pass");
        let zombie = KILLED.replace("exit 1", "exit 1 zombies 3");
        assert_snapshot!(said(survives_a_dead_worker, Due::Error, &zombie), @r#"
        fail: it ends, and has not waited for all that it started
          0.2 3 exit_group(0) = ?
          0.3 3 !!! strike
          0.4 3 +++ signal SIGKILL
          0.5 * stderr "weights: worker 0 was killed\n"
          0.6 2 +++ exit 1 zombies 3
        hint: who is told that a process has ended, and how, and by what that never comes?
        "#);
        let helper = zombie.replace("3</memfd:", "3</usr/lib/");
        assert_eq!(said(survives_a_dead_worker, Due::Error, &helper), "pass");
        let quiet = KILLED.replace("* stderr", "* stdout");
        assert!(said(survives_a_dead_worker, Due::Error, &quiet).contains("says nothing"));
        let other = KILLED.replace("exit 1", "exit 2");
        assert!(said(survives_a_dead_worker, Due::Error, &other).contains("not with status 1"));
        let hangs = KILLED.replace("2 +++ exit 1", "* limit stuck 100");
        assert!(said(survives_a_dead_worker, Due::Error, &hangs).contains("never come"));
    }

    #[test]
    fn a_bus_error_fails_whoever_gets_it() {
        let error = KILLED.replace("3 +++ signal SIGKILL\n", "");
        assert_eq!(said(says_no_memory, Due::Error, &error), "pass");
        let bus = KILLED.replace("SIGKILL", "SIGBUS");
        assert!(said(says_no_memory, Due::Error, &bus).contains("got SIGBUS"));
        let handled = error.replace("2 +++", "2 --- SIGBUS\n2 +++");
        assert!(said(says_no_memory, Due::Error, &handled).contains("got SIGBUS"));
    }
}
