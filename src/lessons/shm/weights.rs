//! The lab `shm/weights`: one array, many processes.
//!
//! `prog WORKERS COUNT` makes an array in shared memory and sums it with so many processes. What
//! each run is made to live through is in [`experiments`]; how the recordings are judged, in
//! [`judges`].

mod experiments;
mod judges;
mod mapped;
mod observed;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/shm/weights/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "weights",
    title: "one array, many processes",
    form: Form::Program,
    checks: &[
        Check {
            id: "sums-right",
            claim: "every worker's sum is right, and the total",
            points: 10,
            teaches: "Stripes",
            needs: Capability::OBSERVING,
            experiments: experiments::sums,
            judge: judges::sums_right,
        },
        Check {
            id: "shares-one-copy",
            claim: "there is one copy of the array, whoever reads it",
            points: 15,
            teaches: "Pss",
            needs: Capability::OBSERVING,
            experiments: experiments::shared,
            judge: judges::shares_one_copy,
        },
        Check {
            id: "passes-no-data",
            claim: "the array goes through no pipe, socket or file",
            points: 10,
            teaches: "Pickling",
            needs: Capability::OBSERVING,
            experiments: experiments::passed,
            judge: judges::passes_no_data,
        },
        Check {
            id: "maps-read-only-in-workers",
            claim: "each worker is a process that has the array mapped, and cannot write to it",
            points: 15,
            teaches: "Read-only mappings",
            needs: Capability::OBSERVING,
            experiments: experiments::mapped,
            judge: judges::maps_read_only,
        },
        Check {
            id: "cleans-up",
            claim: "nothing is left in /dev/shm, after success, SIGTERM, SIGINT and an error",
            points: 15,
            teaches: "Clean up on every path",
            needs: Capability::INJECTING,
            experiments: experiments::ended,
            judge: judges::cleans_up,
        },
        Check {
            id: "survives-a-dead-worker",
            claim: "a worker that is killed costs a message and the status, and holds nothing up",
            points: 15,
            teaches: "A worker that dies",
            needs: Capability::INJECTING,
            experiments: experiments::killed,
            judge: judges::survives_a_dead_worker,
        },
        Check {
            id: "scales-to-a-gigabyte",
            claim: "32 workers sum a gibibyte, and all have less than two",
            points: 10,
            teaches: "Large objects",
            needs: Capability::OBSERVING_MUCH,
            experiments: experiments::large,
            judge: judges::sums_right,
        },
        Check {
            id: "says-no-memory",
            claim: "if there is not enough memory it says so, and SIGBUS never comes",
            points: 10,
            teaches: "When /dev/shm is full",
            needs: Capability::INJECTING,
            experiments: experiments::full,
            judge: judges::says_no_memory,
        },
    ],
};
