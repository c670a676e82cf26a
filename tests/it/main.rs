//! Integration tests: one binary, one module per subject.

mod book;
mod cli;
mod cpython_code;
mod custom;
mod demos;
mod exercises;
mod ext_code;
mod first_hour;
mod gpu;
mod gpu_code;
mod inspect;
mod labs;
mod memory;
mod oracle;
mod pvm;
mod real_programs;
mod report;
mod sandbox;
mod schedule;
mod shm_code;
mod site;
mod sockets_tools;
mod tidy;
mod timeline;
mod watch;
mod workspace;
