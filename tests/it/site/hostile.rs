//! Programs that lie, and binaries that are not what they should be: nothing may panic, hang or
//! grow without bound.

use std::fs::{self, File};

use proptest::prelude::*;
use syslab::tracer::site::symbolise;

use super::harness::{Stop, Submission};

/// The most frames that a call site has.
const FRAMES: usize = 64;

fn run_hostile(how: &str) -> Option<(Submission, Vec<Stop>)> {
    let submission = Submission::new();
    submission.source("hostile.c");
    let options = "-g -O1 -fno-optimize-sibling-calls";
    if !cfg!(target_arch = "x86_64") {
        println!("skipped: hostile.c is for x86-64");
        return None;
    }
    submission
        .compile(&format!("gcc {options} -o hostile hostile.c"))
        .then(|| {
            let stops = submission.run(&["./hostile", how]);
            (submission, stops)
        })
}

#[test]
fn deep_recursion_is_cut_off() {
    if let Some((submission, stops)) = run_hostile("recursion") {
        assert_eq!(stops[0].frames.len(), FRAMES);
        let lines = submission.lines(&stops[0].frames);
        assert!(lines.iter().all(|line| line.ends_with(" recurse")));
    }
}

#[test]
fn stack_pointers_lead_nowhere() {
    if let Some((_, stops)) = run_hostile("stack") {
        assert_eq!(stops.len(), 6);
        for stop in stops {
            assert!((1..=FRAMES).contains(&stop.frames.len()));
        }
    }
}

#[test]
fn headers_and_unwinding_data_are_overwritten() {
    for how in ["header", "frames"] {
        if let Some((_, stops)) = run_hostile(how) {
            assert_eq!(stops.len(), 1, "{how}");
            assert!(stops[0].frames.len() <= FRAMES);
        }
    }
}

#[test]
fn many_mappings_are_not_read_all_the_time() {
    if let Some((_, stops)) = run_hostile("mappings") {
        assert_eq!(stops.len(), 200);
        assert!(stops.iter().all(|stop| !stop.frames.is_empty()));
    }
}

#[test]
fn a_program_only_says_that_it_is_python() {
    let submission = Submission::new();
    submission.source("snake.c");
    if !submission.compile("gcc -g -O1 -rdynamic -o snake snake.c") {
        return;
    }
    let paths = ["/tmp", "/tmp/long"];
    for arguments in [&paths[..0], &paths[..1], &paths[1..]] {
        let mut command = vec!["./snake"];
        command.extend(arguments);
        for stop in submission.run(&command) {
            assert!(stop.is_python);
            assert!(stop.frames.len() <= FRAMES);
        }
    }
}

/// Looks some addresses up in a binary of which some bytes were changed.
fn look_up(bytes: &[u8], changes: &[(prop::sample::Index, u8)], len: usize) -> usize {
    let mut bytes = bytes[..len.min(bytes.len())].to_vec();
    for (at, byte) in changes {
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
    }
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("binary");
    fs::write(&path, bytes).expect("a binary");
    let file = File::open(path).expect("a binary");
    let addresses: Vec<u64> = (0x1000..0x1300).step_by(8).chain([0, u64::MAX]).collect();
    let found = symbolise(&file, "/submission/deep", &addresses, "/submission");
    assert_eq!(found.len(), addresses.len());
    found.iter().map(Vec::len).sum()
}

#[test]
fn binaries_are_damaged() {
    let submission = Submission::new();
    submission.source("deep.c");
    for options in ["-g -O2", "-g -gz=zlib", "-gdwarf-4 -O0", "-O0"] {
        if !submission.compile(&format!("gcc {options} -o deep deep.c")) {
            return;
        }
        let bytes = fs::read(submission.path().join("deep")).expect("a binary");
        assert!(look_up(&bytes, &[], usize::MAX) > 0, "{options}");
        // Most of the file is padding: the debugging information is at the end.
        proptest!(ProptestConfig::with_cases(40), |(
            changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..300),
            len in prop_oneof![4 => Just(usize::MAX), 1 => 0..bytes.len()],
        )| {
            look_up(&bytes, &changes, len);
        });
    }
}
