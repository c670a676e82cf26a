//! The lab `cpython/heap`: reference counts and the cycle collector.
//!
//! `prog` reads a script of heap operations and says what each of them frees, as CPython does with
//! real objects: the truth comes from the machine's own Python (`heap/oracle.py`). What each run is
//! made to live through is in [`experiments`]; how the recordings are judged, in [`judges`].

mod experiments;
mod judges;
mod long;

use crate::model::{Capability, Check, Form, Lab};

/// The lab; its contract is `labs/cpython/heap/README.md`.
pub(super) const LAB: Lab = Lab {
    slug: "heap",
    title: "reference counts and the cycle collector",
    form: Form::Program,
    checks: &[
        Check {
            id: "counts-references",
            claim: "each name, attribute and item of a list counts as a reference",
            points: 10,
            teaches: "Counting references",
            needs: Capability::OBSERVING,
            experiments: experiments::counts,
            judge: judges::counts_references,
        },
        Check {
            id: "frees-at-once",
            claim: "what loses its last reference is freed at once, with all that hung on it, also \
                    where that is a chain of 100,000",
            points: 20,
            teaches: "Freed at once",
            needs: Capability::OBSERVING,
            experiments: experiments::frees,
            judge: judges::frees_at_once,
        },
        Check {
            id: "leaves-cycles",
            claim: "a cycle stays, and what hangs on it, as long as nobody collects",
            points: 10,
            teaches: "Cycles",
            needs: Capability::OBSERVING,
            experiments: experiments::cycles,
            judge: judges::leaves_cycles,
        },
        Check {
            id: "collects-cycles",
            claim: "gc frees what cannot be reached from a name, and nothing else",
            points: 25,
            teaches: "How a cycle is found",
            needs: Capability::OBSERVING,
            experiments: experiments::collections,
            judge: judges::collects_cycles,
        },
        Check {
            id: "frees-each-once",
            claim: "what gc frees is freed once, and gives up each of its references once",
            points: 15,
            teaches: "Each object once",
            needs: Capability::OBSERVING,
            experiments: experiments::once,
            judge: judges::frees_each_once,
        },
        Check {
            id: "stays-linear",
            claim: "a script of 200,000 lines costs about eight times as much as one of 25,000",
            points: 15,
            teaches: "What a collection costs",
            needs: Capability::OBSERVING,
            experiments: experiments::long,
            judge: judges::stays_linear,
        },
        Check {
            id: "refuses-nonsense",
            claim: "a line that cannot be done ends it, with its number and status 2",
            points: 5,
            teaches: "A script that makes no sense",
            needs: Capability::OBSERVING,
            experiments: experiments::nonsense,
            judge: judges::refuses_nonsense,
        },
    ],
};
