//! What this machine can do, and what a process holds.
//!
//! [`process`] reads what the kernel tells of a running tree: zombies, descriptors, states,
//! memory. Nothing here watches or changes anything.

pub mod process;
