//! Programs that tests put somewhere and execute there.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
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

/// Puts a script where it is executed.
pub(crate) fn put_script(text: &str, to: &Path) {
    let written = tempfile::NamedTempFile::new().expect("a place to write");
    fs::write(&written, text).expect("write");
    fs::set_permissions(&written, Permissions::from_mode(0o755)).expect("chmod");
    copy_program(&written, to);
}
