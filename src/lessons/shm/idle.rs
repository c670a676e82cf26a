//! What an idle program may do.

/// The most calls in two seconds in which there is nothing to do that are forgiven. Handouts allow
/// 50, by the clock on the wall, which on a busy machine is faster than the run's: whoever keeps to
/// it makes more of them there. Whoever looks a hundred times a second makes 200 everywhere.
pub(super) const CALLS: usize = 150;
