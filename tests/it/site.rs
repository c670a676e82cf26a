//! Call sites, against real programs: each is compiled here, run under a small tracer, and asked
//! where it is at every fsync(2).

mod cost;
mod harness;
mod hostile;
mod native;
mod python;
