//! The labs: which modules, and which of the lesson's checks apply to them.
//!
//! What their functions are called with, and what is right, is data of the battery (`lab_*.py`); what a
//! learner is told, the README.md of each below `labs/ext`.

use super::battery::BATTERY;
use super::checks;
use crate::model::{Form, Lab};

/// The sum of the bytes of a buffer, in any technology.
pub(super) const FAST_SUM: Lab = Lab {
    slug: "fast-sum",
    title: "add up the bytes of a buffer",
    form: Form::Module("fastsum", &BATTERY),
    checks: &[
        checks::builds(5),
        checks::computes(15),
        checks::refuses_bad_arguments(10),
        checks::raises_or_returns(5),
        checks::stays_in_bounds(10),
        checks::gives_no_reference_away(10),
        checks::keeps_no_reference(15),
        checks::leaks_no_memory(5),
        checks::needs_no_gil_it_gave_up(5),
        checks::shares_safely(10),
        checks::survives_failing_calls(5),
        checks::imports_anywhere(5),
    ],
};

/// Text: its lines, and how often words come.
pub(super) const COUNT_LINES: Lab = Lab {
    slug: "count-lines",
    title: "count lines and words of text",
    form: Form::Module("textkit", &BATTERY),
    checks: &[
        checks::builds(5),
        checks::computes(20),
        checks::refuses_bad_arguments(10),
        checks::gives_no_reference_away(10),
        checks::raises_or_returns(10),
        checks::stays_in_bounds(10),
        checks::keeps_no_reference(15),
        checks::leaks_no_memory(5),
        checks::survives_failing_calls(10),
        checks::imports_anywhere(5),
    ],
};

/// A product of two vectors, without the GIL.
pub(super) const DOT: Lab = Lab {
    slug: "dot",
    title: "multiply vectors while others run Python",
    form: Form::Module("vec", &BATTERY),
    checks: &[
        checks::builds(5),
        checks::computes(10),
        checks::gives_no_reference_away(5),
        checks::raises_or_returns(5),
        checks::refuses_bad_arguments(10),
        checks::stays_in_bounds(10),
        checks::keeps_no_reference(10),
        checks::leaks_no_memory(5),
        checks::survives_failing_calls(5),
        checks::releases_the_gil(10),
        checks::needs_no_gil_it_gave_up(10),
        checks::shares_safely(5),
        checks::answers_signals(5),
        checks::imports_anywhere(5),
    ],
};

/// An extension that works, and has a dozen mistakes.
pub(super) const REFCOUNT_CLINIC: Lab = Lab {
    slug: "refcount-clinic",
    title: "mend an extension that works",
    form: Form::Module("records", &BATTERY),
    checks: &[
        checks::builds(5),
        checks::computes(5),
        checks::gives_no_reference_away(10),
        checks::raises_or_returns(10),
        checks::refuses_bad_arguments(10),
        checks::stays_in_bounds(10),
        checks::keeps_no_reference(10),
        checks::leaks_no_memory(5),
        checks::survives_failing_calls(15),
        checks::needs_no_gil_it_gave_up(5),
        checks::shares_safely(5),
        checks::imports_in_phases(10),
    ],
};

/// A C library, as a Python module.
pub(super) const BIND: Lab = Lab {
    slug: "bind",
    title: "bind a C library",
    form: Form::Module("stash", &BATTERY),
    checks: &[
        checks::builds(5),
        checks::computes(15),
        checks::raises_or_returns(5),
        checks::refuses_bad_arguments(10),
        checks::declares_prototypes(15),
        checks::frees_handles(20),
        checks::keeps_no_reference(5),
        checks::leaks_no_memory(10),
        checks::keeps_callbacks_alive(15),
    ],
};

/// What can be asked of any module, of which nothing is known but calls: `syslab ext audit`. No lab: a
/// point is a check.
pub static AUDIT: Lab = Lab {
    slug: "audit",
    title: "what a native module does wrong",
    form: Form::Module("", &BATTERY),
    checks: &[
        checks::builds(1),
        checks::raises_or_returns(1),
        checks::gives_no_reference_away(1),
        checks::keeps_no_reference(1),
        checks::leaks_no_memory(1),
        checks::survives_failing_calls(1),
        checks::needs_no_gil_it_gave_up(1),
        checks::imports_anywhere(1),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_crash_comes_after_what_says_why() {
        for lab in [FAST_SUM, COUNT_LINES, DOT, REFCOUNT_CLINIC] {
            let place = |id: &str| lab.checks.iter().position(|check| check.id == id);
            assert!(place("gives-no-reference-away") < place("keeps-no-reference"));
        }
    }
}
