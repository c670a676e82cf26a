//! Programs that the world uses, handed in through a `run` script: they pass the labs they fit.

mod limits;

use std::path::Path;
use std::process::Command;

/// Checks the submission in `directory`; fails the test unless it loses nothing.
fn passes(lesson: &str, lab: &str, directory: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args([lesson, "check", lab, "--seed", "1"])
        .arg(directory)
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let name = directory.display();
    assert!(output.status.success(), "{name}\n{stdout}\n{stderr}");
    assert!(stdout.contains("Score: 100/100"), "{name}\n{stdout}");
}

/// Whether these programs are all there; says which one is not.
fn are_there(programs: &[&str]) -> bool {
    let missing = programs.iter().find(|program| !Path::new(program).exists());
    if let Some(missing) = missing {
        println!("skipped: there is no {missing}");
    }
    missing.is_none()
}
