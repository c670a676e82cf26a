//! What decides: one judge per check, each a pure function of the facts that a probe wrote down.
//!
//! Every judge first asks the same: could the probe be made here, could the module be imported, and
//! did the process live through it.

mod binding;
mod ends;
mod failures;
mod references;
mod threads;
mod values;
mod whole;

pub(super) use binding::{declares_prototypes, frees_handles, keeps_callbacks_alive};
pub(super) use failures::{raises_or_returns, survives_failing_calls};
pub(super) use references::{gives_no_reference_away, keeps_no_reference, leaks_no_memory};
pub(super) use threads::{
    answers_signals, needs_no_gil_it_gave_up, releases_the_gil, shares_safely,
};
pub(super) use values::{computes, refuses_bad_arguments, stays_in_bounds};
pub(super) use whole::{builds, imports_anywhere, imports_in_phases};
