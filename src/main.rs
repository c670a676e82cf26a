//! The `syslab` binary.

fn main() {}
