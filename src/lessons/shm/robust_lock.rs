//! The lab `shm/robust-lock`: a counter that survives its holders.
//!
//! `prog COUNTERFILE PROCESSES TIMES` starts so many processes, each of which adds 1 so often to a
//! counter in a file that is mapped shared, under a lock between processes. What each run is made to
//! live through is in [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;
mod observed;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/shm/robust-lock/README.md`.
///
/// Programs without a lock lose updates by chance. So whether the sum is right in the end is asked
/// after whether they have one, which is found by counting.
pub(super) const LAB: Lab = Lab {
    slug: "robust-lock",
    title: "a counter that survives its holders",
    form: Form::Program,
    checks: &[
        Check {
            id: "leaves-nothing",
            claim: "when it has ended, no semaphore, lock file or shared object is left",
            points: 5,
            teaches: "What a lock leaves behind",
            needs: Capability::OBSERVING,
            experiments: experiments::leftovers,
            judge: judges::leaves_nothing,
        },
        Check {
            id: "waits-without-spinning",
            claim: "while one is stopped in the middle of an addition, the others sleep",
            points: 15,
            teaches: "Futexes",
            needs: Capability::INJECTING,
            experiments: experiments::stopped,
            judge: judges::waits_without_spinning,
        },
        Check {
            id: "locks",
            claim: "no addition is lost, whoever loses the processor just before a store",
            points: 30,
            teaches: "A lock between processes",
            needs: Capability::INJECTING,
            experiments: experiments::schedules,
            judge: judges::locks,
        },
        Check {
            id: "counts-right",
            claim: "the counter goes on from its value, or from zeros, by PROCESSES times TIMES",
            points: 20,
            teaches: "Counting in a mapped file",
            needs: Capability::OBSERVING,
            experiments: experiments::sums,
            judge: judges::counts_right,
        },
        Check {
            id: "survives-a-dead-holder",
            claim: "when one process is killed, the others finish, nothing is lost but what it had \
                    not done, and the status is 1",
            points: 30,
            teaches: "Robust mutexes",
            needs: Capability::INJECTING,
            experiments: experiments::deaths,
            judge: judges::survives_a_dead_holder,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::LAB;
    use super::observed::Asked;

    #[test]
    fn every_experiment_collects_its_counter() {
        for check in LAB.checks {
            for experiment in (check.experiments)(7) {
                let asked = Asked::of(&experiment).unwrap();
                assert!(asked.processes > 0 && asked.times > 0);
                assert_eq!(experiment.runs[0].collect, [asked.path]);
            }
        }
    }
}
