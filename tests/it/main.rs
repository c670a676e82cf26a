//! Integration tests: one binary, one module per subject.

mod cli;
mod cpython_code;
mod demos;
mod exercises;
mod ext_code;
mod gpu;
mod gpu_code;
mod grade;
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
