//! The lab `process/reaper`: a small init.
//!
//! `prog -- CMD [ARG...]` starts CMD, passes signals on to it, adopts and reaps what it orphans,
//! and exits as it did. CMD is always the actor. What each run is made to live through is in
//! [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;
mod observed;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/process/reaper/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "reaper",
    title: "a small init",
    form: Form::Program,
    checks: &[
        Check {
            id: "runs-the-command",
            claim: "CMD runs with its arguments, environment, working directory and standard \
                    streams",
            points: 5,
            teaches: "What exec keeps",
            needs: Capability::OBSERVING,
            experiments: experiments::command,
            judge: judges::runs_the_command,
        },
        Check {
            id: "passes-the-status-on",
            claim: "it exits when CMD has, with its status, or 128+n if signal n ended it",
            points: 10,
            teaches: "Wait statuses",
            needs: Capability::INJECTING,
            experiments: experiments::statuses,
            judge: judges::passes_the_status_on,
        },
        Check {
            id: "says-not-found",
            claim: "it exits with 127 if CMD is not found and with 126 if it cannot be executed, \
                    and says so",
            points: 5,
            teaches: "When exec fails",
            needs: Capability::OBSERVING,
            experiments: experiments::not_found,
            judge: judges::says_not_found,
        },
        Check {
            id: "starts-with-clean-signals",
            claim: "CMD starts with no signal blocked, and none ignored that was not before",
            points: 10,
            teaches: "Signals across exec",
            needs: Capability::OBSERVING,
            experiments: experiments::clean_start,
            judge: judges::starts_with_clean_signals,
        },
        Check {
            id: "forwards-signals",
            claim: "each of the six signals reaches CMD, exactly once",
            points: 15,
            teaches: "Passing a signal on",
            needs: Capability::INJECTING,
            experiments: experiments::signals,
            judge: judges::forwards_signals,
        },
        Check {
            id: "reaps-every-orphan",
            claim: "it adopts every orphan of its tree, and none stays a zombie",
            points: 20,
            teaches: "Orphans and zombies",
            needs: Capability::INJECTING,
            experiments: experiments::orphans,
            judge: judges::reaps_every_orphan,
        },
        Check {
            id: "keeps-the-first-signal",
            claim: "a signal that comes while it starts CMD is not lost",
            points: 15,
            teaches: "The gap between fork and exec",
            needs: Capability::INJECTING,
            experiments: experiments::first_signal,
            judge: judges::keeps_the_first_signal,
        },
        Check {
            id: "waits-without-polling",
            claim: "while CMD sleeps for two seconds it makes at most 20 calls",
            points: 10,
            teaches: "Waiting for a child",
            needs: Capability::OBSERVING,
            experiments: experiments::quiet,
            judge: judges::waits_without_polling,
        },
        Check {
            id: "retries-interrupted-calls",
            claim: "a call that was interrupted (EINTR) is not an error",
            points: 10,
            teaches: "EINTR",
            needs: Capability::INJECTING,
            experiments: experiments::interrupted_calls,
            judge: judges::retries_interrupted_calls,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::LAB;
    use crate::model::experiment::ACTOR;

    #[test]
    fn every_run_is_of_the_actor() {
        for check in LAB.checks {
            let experiments = (check.experiments)(7);
            for run in experiments.iter().flat_map(|one| &one.runs) {
                assert_eq!(run.args[0], "--");
                assert!(run.has_actor);
                let is_actor = run.args[1] == ACTOR || run.args.iter().any(|a| a.contains(ACTOR));
                assert!(is_actor || check.id == "says-not-found", "{:?}", run.args);
            }
        }
    }
}
