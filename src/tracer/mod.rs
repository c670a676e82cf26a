//! Watches a program at the system-call boundary, and lies to it on request.
//!
//! PTRACE_SEIZE, a seccomp filter that stops only watched calls, and one loop that turns stops
//! into a [`Recording`](crate::model::Recording). It knows nothing of labs or of the sandbox.

pub mod decode;
pub mod site;
