//! `syslab ext audit`: what it says of an extension that is in no lab.

use std::path::Path;
use std::process::Command;

#[test]
fn an_audit_finds_the_one_mistake_and_no_other() {
    let module = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("labs/ext/fast-sum/wrong/leaks-no-memory/keeps-its-copy");
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["ext", "audit", "--import", "fastsum"])
        .args(["--call", "fastsum.byte_sum(b'x' * 1000)"])
        .args(["--call", "fastsum.byte_sum(1)"])
        .arg(module)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    let failed: Vec<&str> = shown.lines().filter(|line| line.contains('✗')).collect();
    assert_eq!(failed.len(), 1, "{shown}");
    assert!(failed[0].contains("the C heap does not grow"), "{shown}");
    assert!(shown.contains("module.c:29 (byte_sum) malloc"), "{shown}");
    assert!(!shown.contains("unknown"), "{shown}");
    assert_eq!(output.status.code(), Some(1), "{shown}");
}
