//! What this machine can do, and what a process holds.
