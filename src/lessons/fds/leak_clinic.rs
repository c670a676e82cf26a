//! The lab `fds/leak-clinic`: find and mend the leaks of a service that works.
//!
//! `prog DIR` reads commands from standard input, a line each, and answers each with a line. The
//! starter does all of it right, and every command leaves descriptors open. What each run is made
//! to live through is in [`experiments`], what is said in it in [`script`]; how the recordings are
//! judged, in [`judges`].

mod experiments;
mod judges;
mod observed;
mod script;

use crate::model::{Capability, Check, Form, Lab};

/// The directory that the submission gets on its command line.
const DIRECTORY: &str = "/lab";

/// The lab; its contract is `labs/fds/leak-clinic/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "leak-clinic",
    title: "find and mend the leaks",
    form: Form::Program,
    checks: &[
        Check {
            id: "still-works",
            claim: "every command does and answers what it did before",
            points: 10,
            teaches: "A repair changes nothing else",
            needs: Capability::OBSERVING,
            experiments: experiments::works,
            judge: judges::still_works,
        },
        Check {
            id: "log-keeps-none",
            claim: "300 lines logged, and it holds as many descriptors as after three",
            points: 10,
            teaches: "A file that is opened again",
            needs: Capability::OBSERVING,
            experiments: experiments::logs,
            judge: judges::keeps_none,
        },
        Check {
            id: "size-keeps-none",
            claim: "300 sizes asked for, and it holds as many descriptors as after three",
            points: 10,
            teaches: "Early returns",
            needs: Capability::OBSERVING,
            experiments: experiments::sizes,
            judge: judges::keeps_none,
        },
        Check {
            id: "ping-keeps-none",
            claim: "300 pings, and it holds as many descriptors as after three",
            points: 10,
            teaches: "Two descriptors at once",
            needs: Capability::OBSERVING,
            experiments: experiments::pings,
            judge: judges::keeps_none,
        },
        Check {
            id: "run-keeps-none",
            claim: "300 programs run, and it holds as many descriptors as after three",
            points: 10,
            teaches: "Pipes and children",
            needs: Capability::OBSERVING,
            experiments: experiments::runs,
            judge: judges::keeps_none,
        },
        Check {
            id: "copy-keeps-none",
            claim: "300 copies, and it holds as many descriptors as after three",
            points: 10,
            teaches: "The second open fails",
            needs: Capability::OBSERVING,
            experiments: experiments::copies,
            judge: judges::keeps_none,
        },
        Check {
            id: "children-inherit-none",
            claim: "what it runs holds the descriptors 0, 1 and 2, and no other",
            points: 15,
            teaches: "Close-on-exec",
            needs: Capability::OBSERVING,
            experiments: experiments::children,
            judge: judges::children_inherit_none,
        },
        Check {
            id: "lives-within-64",
            claim: "it does all of this with a limit of 64 descriptors",
            points: 10,
            teaches: "The limit",
            needs: Capability::OBSERVING,
            experiments: experiments::limited,
            judge: judges::still_works,
        },
        Check {
            id: "says-emfile",
            claim: "a command that gets no descriptor is answered with error, and the next one is \
                    done",
            points: 15,
            teaches: "When there are none left",
            needs: Capability::INJECTING,
            experiments: experiments::exhausted,
            judge: judges::says_emfile,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::LAB;

    #[test]
    fn every_run_is_watched() {
        for check in LAB.checks {
            let experiments = (check.experiments)(7);
            for run in experiments.iter().flat_map(|one| &one.runs) {
                assert!(!run.watch.is_empty(), "{}", check.id);
            }
        }
    }
}
