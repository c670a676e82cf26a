//! The lab `process/limits`: run a command within limits, and say what ended it.
//!
//! `prog [--cpu S] [--memory MIB] [--files N] [--fsize KIB] -- CMD [ARG...]` runs CMD with these
//! limits and reports in one line how it ended and what it used up. CMD is nearly always the actor,
//! which does what the story says; what limits it had, how it ended and what it used is asked of
//! the kernel. What each run is made to live through is in [`experiments`]; how the recordings are
//! judged, in [`judges`].

mod asked;
mod experiments;
mod judges;
mod observed;
mod report;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/process/limits/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "limits",
    title: "run a command within limits, and say what ended it",
    form: Form::Program,
    checks: &[
        Check {
            id: "limits-the-command",
            claim: "the command begins with the limits that were asked for, and the others as \
                    before",
            points: 10,
            teaches: "Limits are inherited",
            needs: Capability::INJECTING,
            experiments: experiments::limited,
            judge: judges::limits_the_command,
        },
        Check {
            id: "leaves-itself-alone",
            claim: "its own limits do not change",
            points: 10,
            teaches: "Set them in the child",
            needs: Capability::OBSERVING,
            experiments: experiments::itself,
            judge: judges::leaves_itself_alone,
        },
        Check {
            id: "says-what-ended-it",
            claim: "it says what ended the command, and exits as the command did",
            points: 20,
            teaches: "What a limit does when it is reached",
            needs: Capability::OBSERVING,
            experiments: experiments::endings,
            judge: judges::says_what_ended_it,
        },
        Check {
            id: "measures-the-command",
            claim: "processor time and memory are those that the kernel counted for the command",
            points: 20,
            teaches: "What wait4 tells",
            needs: Capability::OBSERVING,
            experiments: experiments::measured,
            judge: judges::measures_the_command,
        },
        Check {
            id: "refuses-bad-options",
            claim: "it runs nothing when an option is wrong, a number bad or the command missing",
            points: 20,
            teaches: "Numbers from people",
            needs: Capability::OBSERVING,
            experiments: experiments::bad_options,
            judge: judges::refuses_bad_options,
        },
        Check {
            id: "fails-closed",
            claim: "a limit that cannot be set means that the command is not run",
            points: 20,
            teaches: "Fail closed",
            needs: Capability::INJECTING,
            experiments: experiments::refused_limits,
            judge: judges::fails_closed,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::LAB;

    #[test]
    fn every_run_is_watched_and_has_the_actor() {
        for check in LAB.checks {
            let experiments = (check.experiments)(7);
            for run in experiments.iter().flat_map(|one| &one.runs) {
                assert!(run.has_actor && !run.watch.is_empty(), "{}", check.id);
            }
        }
    }
}
