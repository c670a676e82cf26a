//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. A program may keep its log open or not, have
//! threads and helpers, begin its programs by any call, and hold whatever it likes as long as that
//! does not grow: descriptors are counted by the kernel, in all of its processes.

mod answered;
mod exhausted;
mod inherited;
mod kept;
#[cfg(test)]
mod testing;

pub(super) use answered::still_works;
pub(super) use exhausted::says_emfile;
pub(super) use inherited::children_inherit_none;
pub(super) use kept::keeps_none;
