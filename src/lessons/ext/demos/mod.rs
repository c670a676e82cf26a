//! The demos of the lesson `ext`, in the order in which its text speaks of them.
//!
//! What they show is built and tried by the interpreter of the lesson's virtual environment, in a
//! workshop: a temporary directory. Helper scripts measure and say what they saw; this draws it.

mod bindings;
mod gil;
mod layout;
mod overhead;
mod refcounts;
mod trace;
pub(in crate::lessons) mod workshop;

use crate::model::curriculum::Demo;

/// In teaching order.
pub static DEMOS: &[Demo] = &[
    trace::DEMO,
    refcounts::DEMO,
    layout::DEMO,
    gil::DEMO,
    overhead::DEMO,
    bindings::DEMO,
];
