//! What arguments point to, in strace's notation. One file a subject, one function a structure.
//!
//! Every function takes the address (which is not null) and gives `None` if it cannot be read.
//! Offsets of fields come from the libc crate's structures where these are the kernel's own.

pub(crate) mod addresses;
pub(crate) mod clone;
pub(crate) mod files;
pub(crate) mod ipc;
pub(crate) mod messages;
pub(crate) mod processes;
pub(crate) mod signals;
pub(crate) mod stat;
pub(crate) mod system;
pub(crate) mod time;
pub(crate) mod vectors;
pub(crate) mod waiting;
