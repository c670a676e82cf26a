//! The lab `fds/uring-copy`: copy a file through io_uring.
//!
//! `prog SRC DST`. What is done through a ring is seen by no tracer: so judges look at the files,
//! at the calls that carry the ring, and at all the other calls, by which no data may have come.
//! What each run is made to live through is in [`experiments`]; how the recordings are judged, in
//! [`judges`].

mod experiments;
mod judges;
mod observed;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/fds/uring-copy/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "uring-copy",
    title: "copy a file through io_uring",
    form: Form::Program,
    checks: &[
        Check {
            id: "copies",
            claim: "contents and permission bits are copied, whatever the size",
            points: 20,
            teaches: "An operation and its completion",
            needs: Capability::OBSERVING_RINGS,
            experiments: experiments::copies,
            judge: judges::copies,
        },
        Check {
            id: "uses-the-ring",
            claim: "the data move through a ring, and by no other call",
            points: 15,
            teaches: "Data through the ring",
            needs: Capability::OBSERVING_RINGS,
            experiments: experiments::through_the_ring,
            judge: judges::uses_the_ring,
        },
        Check {
            id: "keeps-the-ring-busy",
            claim: "a large file has two operations in flight, and 4 MiB for each io_uring_enter",
            points: 15,
            teaches: "Batches",
            needs: Capability::OBSERVING_RINGS,
            experiments: experiments::large,
            judge: judges::keeps_the_ring_busy,
        },
        Check {
            id: "replaces-whole",
            claim: "nothing is left of a longer file that was there before",
            points: 10,
            teaches: "Replacing a file",
            needs: Capability::OBSERVING_RINGS,
            experiments: experiments::replacing,
            judge: judges::replaces_whole,
        },
        Check {
            id: "says-why-not",
            claim: "a copy that cannot be made ends with a message and status 1, and leaves nothing",
            points: 15,
            teaches: "Errors come late",
            needs: Capability::OBSERVING_RINGS,
            experiments: experiments::impossible,
            judge: judges::says_why_not,
        },
        Check {
            id: "says-no-ring",
            claim: "without io_uring it ends with a message and status 3, and leaves nothing",
            points: 10,
            teaches: "Where there is no ring",
            needs: Capability::INJECTING,
            experiments: experiments::without_a_ring,
            judge: judges::says_no_ring,
        },
        Check {
            id: "reaps-every-completion",
            claim: "short results are finished, and a file that changes is copied as it was or is",
            points: 15,
            teaches: "Completions in any order",
            needs: Capability::INJECTING_RINGS,
            experiments: experiments::changing,
            judge: judges::reaps_every_completion,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::LAB;

    #[test]
    fn every_run_is_watched_and_may_use_rings() {
        for check in LAB.checks {
            let experiments = (check.experiments)(7);
            for run in experiments.iter().flat_map(|one| &one.runs) {
                assert!(run.allows_rings && !run.watch.is_empty(), "{}", check.id);
            }
        }
    }
}
