//! Programs that tests put somewhere and execute there.

use std::path::Path;
use std::process::Command;

/// Copies a program, with its mode, to where it is executed.
///
/// In a process of its own: while this one has the copy open for writing, another thread may fork,
/// and until that child has executed something, execve(2) of the copy fails with ETXTBSY.
pub(crate) fn copy_program(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    let status = Command::new("cp")
        .args(["--preserve=mode", "--"])
        .args([from.as_ref(), to.as_ref()])
        .status()
        .expect("cp");
    assert!(status.success());
}
