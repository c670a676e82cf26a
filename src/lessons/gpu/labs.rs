//! The labs: which kernels, and which of the lesson's checks apply to them.
//!
//! What they are launched with, and what is right, is in `cases`; what a learner is told, in the README.md of
//! each below `labs/gpu`.

use super::checks;
use super::probes::{probe, timed};
use crate::model::{Capability, Check, Form, Lab};

/// The checks of a lab, with their points.
macro_rules! checks {
    ($lab:literal: $($claim:ident $points:literal,)+) => {
        &[$(Check {
            id: checks::$claim.id,
            claim: checks::$claim.claim,
            points: $points,
            teaches: checks::$claim.teaches,
            needs: Capability::OBSERVING,
            experiments: |seed| vec![probe($lab, checks::$claim.id, checks::$claim.story, seed)],
            judge: checks::$claim.judge,
        },)+ Check {
            id: checks::IS_FAST.id,
            claim: checks::IS_FAST.claim,
            points: 10,
            teaches: checks::IS_FAST.teaches,
            needs: Capability::OBSERVING_DEVICE,
            experiments: |seed| vec![timed($lab, checks::IS_FAST.id, checks::IS_FAST.story, seed)],
            judge: checks::IS_FAST.judge,
        }]
    };
}

/// A thread for each element.
pub(super) const VECTOR_ADD: Lab = Lab {
    slug: "vector-add",
    title: "add two vectors, a thread for each element",
    form: Form::Kernel,
    checks: checks!("vector-add":
        COMPILES 5,
        ENDS 5,
        STAYS_IN_BOUNDS 25,
        HAS_NO_RACE 10,
        INITIALISES_BEFORE_USE 10,
        COMPUTES 25,
        COALESCES 20,
    ),
};

/// A loop over the grid.
pub(super) const SAXPY: Lab = Lab {
    slug: "saxpy",
    title: "scale and add vectors of any length with eight blocks",
    form: Form::Kernel,
    checks: checks!("saxpy":
        COMPILES 5,
        ENDS 10,
        STAYS_IN_BOUNDS 20,
        HAS_NO_RACE 10,
        INITIALISES_BEFORE_USE 5,
        COMPUTES 20,
        STRIDES 30,
    ),
};

/// Tiles in shared memory.
pub(super) const TRANSPOSE: Lab = Lab {
    slug: "transpose",
    title: "transpose a matrix through shared memory",
    form: Form::Kernel,
    checks: checks!("transpose":
        COMPILES 5,
        MEETS_ITS_BARRIERS 10,
        ENDS 5,
        STAYS_IN_BOUNDS 15,
        HAS_NO_RACE 15,
        INITIALISES_BEFORE_USE 5,
        COMPUTES 15,
        COALESCES_BOTH_WAYS 15,
        AVOIDS_BANK_CONFLICTS 15,
    ),
};

/// A sum.
pub(super) const REDUCE: Lab = Lab {
    slug: "reduce",
    title: "add up a vector",
    form: Form::Kernel,
    checks: checks!("reduce":
        COMPILES 5,
        MEETS_ITS_BARRIERS 10,
        ENDS 5,
        STAYS_IN_BOUNDS 10,
        HAS_NO_RACE 15,
        INITIALISES_BEFORE_USE 10,
        COMPUTES 15,
        NEEDS_FEW_ATOMICS 15,
        DIVERGES_LITTLE 15,
    ),
};

/// Counting bytes.
pub(super) const HISTOGRAM: Lab = Lab {
    slug: "histogram",
    title: "count bytes, each block for itself",
    form: Form::Kernel,
    checks: checks!("histogram":
        COMPILES 5,
        MEETS_ITS_BARRIERS 10,
        ENDS 5,
        STAYS_IN_BOUNDS 10,
        HAS_NO_RACE 20,
        INITIALISES_BEFORE_USE 10,
        COMPUTES 15,
        PRIVATISES 25,
    ),
};

/// Prefix sums.
pub(super) const SCAN: Lab = Lab {
    slug: "scan",
    title: "prefix sums, in as many steps as a length has bits",
    form: Form::Kernel,
    checks: checks!("scan":
        COMPILES 5,
        MEETS_ITS_BARRIERS 10,
        ENDS 5,
        STAYS_IN_BOUNDS 10,
        HAS_NO_RACE 20,
        INITIALISES_BEFORE_USE 10,
        COMPUTES 20,
        SCANS_IN_LOG_STEPS 20,
    ),
};

/// A product of matrices.
pub(super) const MATMUL: Lab = Lab {
    slug: "matmul",
    title: "multiply matrices, tile by tile",
    form: Form::Kernel,
    checks: checks!("matmul":
        COMPILES 5,
        MEETS_ITS_BARRIERS 10,
        ENDS 5,
        STAYS_IN_BOUNDS 15,
        HAS_NO_RACE 15,
        INITIALISES_BEFORE_USE 10,
        COMPUTES 15,
        TILES 25,
    ),
};

/// A softmax of rows.
pub(super) const SOFTMAX: Lab = Lab {
    slug: "softmax",
    title: "a softmax that neither overflows nor reads too often",
    form: Form::Kernel,
    checks: checks!("softmax":
        COMPILES 5,
        MEETS_ITS_BARRIERS 10,
        ENDS 5,
        STAYS_IN_BOUNDS 10,
        HAS_NO_RACE 15,
        INITIALISES_BEFORE_USE 10,
        COMPUTES 15,
        IS_STABLE 15,
        READS_TWICE_AT_MOST 15,
    ),
};

#[cfg(test)]
mod tests {
    use super::super::cases::{Plan, contract};
    use super::*;

    const LABS: [Lab; 8] = [
        VECTOR_ADD, SAXPY, TRANSPOSE, REDUCE, HISTOGRAM, SCAN, MATMUL, SOFTMAX,
    ];

    #[test]
    fn causes_come_before_effects() {
        let order = [
            "compiles",
            "meets-its-barriers",
            "ends",
            "stays-in-bounds",
            "has-no-race",
            "initialises-before-use",
            "computes",
        ];
        for lab in LABS {
            let places = order
                .iter()
                .filter_map(|id| lab.checks.iter().position(|check| check.id == *id));
            assert!(places.is_sorted(), "{}", lab.slug);
        }
    }

    #[test]
    fn every_launch_belongs_to_a_check_of_its_lab() {
        for lab in LABS {
            let plans: Vec<Plan> = (contract(lab.slug).unwrap().plans)();
            for id in plans.iter().flat_map(|plan| plan.checks) {
                assert!(lab.checks.iter().any(|check| check.id == *id), "{id}");
            }
        }
    }
}
