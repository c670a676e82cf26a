//! The kernel: thin, safe functions over system calls that the nix crate does not cover.
//!
//! The only room where `unsafe` is at home. It knows nothing of labs, recordings or sandboxes;
//! every function cites its man page.

pub mod beneath;
pub mod clock;
pub mod cuda;
pub mod file_system;
pub mod filter;
pub mod handler;
pub mod kcmp;
pub mod kernel;
pub mod landlock;
pub mod limits;
pub mod mapping;
pub mod memory;
pub mod mount;
pub mod namespace;
pub mod network;
pub mod nvrtc;
pub mod packet;
pub mod paper;
pub mod pidfd;
pub mod pipe;
pub mod privilege;
pub mod proc;
pub mod process;
pub mod ptrace;
pub mod seccomp;
pub mod shared;
pub mod system_v;
pub mod temporary;
pub mod terminal;
pub mod tick;
pub mod unix_sockets;
pub mod uring;
pub mod version;
pub mod waiting;
