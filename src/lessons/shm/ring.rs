//! The lab `shm/ring`: a queue between two processes.
//!
//! `prog produce NAME CAPACITY` sends the lines of its standard input through a ring in the shared
//! memory object NAME, and `prog consume NAME` writes them to its standard output. The actor `pair`
//! starts both. What each meeting is made to live through is in [`experiments`]; how the recordings
//! are judged, in [`judges`].

mod experiments;
mod judges;
mod observed;
mod stage;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/shm/ring/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "ring",
    title: "a queue between two processes",
    form: Form::Program,
    checks: &[
        Check {
            id: "delivers-in-order",
            claim: "200,000 lines come out as they went in: none lost, changed or doubled",
            points: 10,
            teaches: "Messages in a ring",
            needs: Capability::OBSERVING,
            experiments: experiments::lines,
            judge: judges::delivers,
        },
        Check {
            id: "wraps",
            claim: "a line may lie across the end of the ring, wherever the end cuts it",
            points: 5,
            teaches: "Across the end",
            needs: Capability::OBSERVING,
            experiments: experiments::wrapped,
            judge: judges::wraps,
        },
        Check {
            id: "blocks-without-spinning",
            claim: "an idle consumer, and a producer before a full ring, sleep",
            points: 15,
            teaches: "Sleeping without spinning",
            needs: Capability::OBSERVING,
            experiments: experiments::idle,
            judge: judges::blocks_without_spinning,
        },
        Check {
            id: "starts-in-either-order",
            claim: "whoever comes first waits for the other, and neither uses what is not ready",
            points: 10,
            teaches: "Either first",
            needs: Capability::INJECTING,
            experiments: experiments::orders,
            judge: judges::starts_in_either_order,
        },
        Check {
            id: "uses-only-shared-memory",
            claim: "lines go through no pipe, socket or file between the two",
            points: 5,
            teaches: "Nothing but memory",
            needs: Capability::OBSERVING,
            experiments: experiments::memory,
            judge: judges::uses_only_shared_memory,
        },
        Check {
            id: "notices-a-dead-peer",
            claim: "if one is killed, the other says so within three seconds, removes NAME and \
                    exits with 1",
            points: 25,
            teaches: "A peer that dies",
            needs: Capability::OBSERVING,
            experiments: experiments::deaths,
            judge: judges::notices_a_dead_peer,
        },
        Check {
            id: "publishes-in-order",
            claim: "no moment is the wrong one: nothing is seen before it is whole, or given back \
                    before it is read",
            points: 30,
            teaches: "Publishing",
            needs: Capability::INJECTING,
            experiments: experiments::schedules,
            judge: judges::publishes_in_order,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::LAB;

    #[test]
    fn every_run_is_of_a_pair() {
        for check in LAB.checks {
            let experiments = (check.experiments)(7);
            for run in experiments.iter().flat_map(|one| &one.runs) {
                assert_eq!(run.led_by[0], "pair");
                assert_eq!(run.args.iter().filter(|word| *word == "--").count(), 1);
            }
        }
    }
}
