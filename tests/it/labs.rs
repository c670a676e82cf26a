//! The labs matrix: the test that matters most; see `syslab author verify`.

use std::process::Command;

#[test]
fn every_lab_holds_what_it_promises() {
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["author", "verify"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{stdout}\n{stderr}");
}
