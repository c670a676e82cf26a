//! The labs.

use super::battery::BATTERY;
use super::checks;
use crate::model::{Form, Lab};

/// A program that adds two vectors with two streams, and leaves nothing behind.
pub(in crate::lessons::gpu) const RAII: Lab = Lab {
    slug: "raii",
    title: "give everything back, whatever fails",
    form: Form::Module("raii", &BATTERY),
    checks: &[
        checks::COMPUTES,
        checks::OVERLAPS,
        checks::WAITS_BEFORE_READING,
        checks::FREES_EVERYTHING,
        checks::FREES_ON_ERROR,
        checks::SAYS_NO_DEVICE,
    ],
};

/// A Python function over a library of one's own.
pub(in crate::lessons::gpu) const BRIDGE: Lab = Lab {
    slug: "bridge",
    title: "add NumPy arrays on the GPU",
    form: Form::Module("bridge", &BATTERY),
    checks: &[
        checks::ADDS,
        checks::REFUSES_WRONG_ARRAYS,
        checks::COPIES_ONCE,
        checks::RAISES_CUDA_ERRORS,
        checks::FREES_WHAT_IT_GOT,
        checks::RELEASES_THE_GIL,
    ],
};
