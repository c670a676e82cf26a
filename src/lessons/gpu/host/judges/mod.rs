//! What decides: one judge per check, each a pure function of what the device process wrote down.

mod bridge;
mod failures;
mod results;
mod streams;
#[cfg(test)]
mod tests;

pub(super) use bridge::{
    adds, copies_once, frees_what_it_got, raises_cuda_errors, refuses_wrong_arrays,
    releases_the_gil,
};
pub(super) use failures::{frees_everything, frees_on_error, says_no_device};
pub(super) use results::{computes, waits_before_reading};
pub(super) use streams::overlaps;
