//! What experiments confront a submission with: programs that it is given to run, and clients that
//! talk to it; and what demos and learners compare with: a server, and a load generator.
//!
//! It knows the nouns and the kernel; it knows no lab, no tracer and no sandbox. What the outside
//! world does from outside of the box, step by step, is `bench::drive`.

pub mod actor;
pub mod clients;
pub mod load;
pub mod serve;
