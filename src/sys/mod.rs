//! The kernel: thin, safe functions over system calls that the nix crate does not cover.
//!
//! The only room where `unsafe` is at home. It knows nothing of labs, recordings or sandboxes;
//! every function cites its man page.

pub mod memory;
