//! What is recorded of the memory that processes have of their own.
//!
//! The program is `tests/programs/memory/private.c`.

#![expect(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::path::Path;
use std::process::Command;

use syslab::bench::job::Job;
use syslab::bench::runners::Runners;
use syslab::model::{Experiment, Run, Task, What};
use syslab::sandbox::Rung;

/// What each process had at most, KiB.
fn private(place: &Path) -> Vec<(Task, u64)> {
    let directory = |name: &str| {
        let path = place.join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    };
    let job = Job {
        argv: vec!["/submission/private".to_owned()],
        env: Vec::new(),
        binds: Vec::new(),
        submission: directory("submission"),
        lab: directory("lab"),
        actor: None,
        host_uid: nix::unistd::geteuid().as_raw(),
        experiment: Experiment {
            runs: vec![Run {
                watch: vec!["exit_group".to_owned()],
                measures_private: true,
                ..Run::default()
            }],
            ..Experiment::default()
        },
        strike: None,
        is_reference: false,
        timeout_scale: 1.0,
    };
    let runners =
        Runners::start_apart(Path::new(env!("CARGO_BIN_EXE_syslab")), Rung::None).unwrap();
    let record = runners.make(&job).unwrap();
    assert_eq!((record.trouble, record.cannot_start), (None, None));
    let events = record.runs.into_iter().flat_map(|run| run.events);
    events
        .filter_map(|event| match event.what {
            What::Usage(task, usage) => Some((task, usage.private_kib?)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_copy_that_was_freed_is_seen_and_shared_memory_is_nobodys_own() {
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("submission")).unwrap();
    let built = Command::new("cc")
        .args(["-O1", "-o"])
        .arg(place.path().join("submission/private"))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/memory/private.c"))
        .status()
        .unwrap();
    assert!(built.success());
    let mut private = private(place.path());
    private.sort_by_key(|(_, kib)| *kib);
    let (_, most) = private.pop().unwrap();
    assert!((32 << 10..40 << 10).contains(&most), "{most}");
    // The parent; the child of vfork has had nothing.
    assert!(!private.is_empty());
    assert!(private.iter().all(|(_, kib)| *kib < 4 << 10), "{private:?}");
}
