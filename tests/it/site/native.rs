//! C and Rust.

use super::harness::{Stop, Submission, call, line};

/// Asserts that the one fsync(2) of `deep` came from where its source says.
fn assert_deep(submission: &Submission, source: &str, stops: &[Stop], what: &str) {
    let [stop] = stops else {
        panic!("{what}: {} stops", stops.len());
    };
    let found = submission.lines(&stop.frames);
    let expected = [
        format!("deep.c:{} append", line(source, "HERE")),
        format!("deep.c:{} keep", line(source, "KEEP")),
        format!("deep.c:{} main", line(source, "MAIN")),
    ];
    assert_eq!(found, expected, "{what}: {:?}", stop.frames);
    assert!(!stop.is_python);
}

#[test]
fn finds_the_line_however_c_was_compiled() {
    for options in [
        "-g -O0",
        "-g -O2",
        "-g -O2 -static -fomit-frame-pointer",
        "-g -O2 -static-pie",
        "-g -O2 -no-pie",
        "-gdwarf-4 -O2",
        "-gdwarf-5 -O0 -fno-omit-frame-pointer",
        "-g -gz=zlib -O2",
        "-g -O2 -Wl,-z,noseparate-code",
        "-g -O2 -Wl,-z,now -flto",
        "-g -O0 -Wl,--hash-style=sysv",
    ] {
        let submission = Submission::new();
        let source = submission.source("deep.c");
        if submission.compile(&format!("gcc {options} -o deep deep.c")) {
            assert_deep(&submission, &source, &submission.run(&["./deep"]), options);
        }
    }
}

#[test]
fn finds_the_line_without_unwinding_data_by_frame_pointers() {
    let submission = Submission::new();
    let source = submission.source("deep.c");
    let options = "-g -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-inline";
    if submission.compile(&format!("gcc {options} -o deep deep.c"))
        && submission.compile("objcopy -R .eh_frame -R .eh_frame_hdr deep")
    {
        assert_deep(&submission, &source, &submission.run(&["./deep"]), options);
    }
}

#[test]
fn finds_lines_but_no_functions_of_split_information() {
    let submission = Submission::new();
    let source = submission.source("deep.c");
    if submission.compile("gcc -g -gsplit-dwarf -O0 -o deep deep.c") {
        let stops = submission.run(&["./deep"]);
        let found = submission.lines(&stops[0].frames);
        let expected = ["HERE", "KEEP", "MAIN"].map(|at| format!("deep.c:{} ", line(&source, at)));
        assert_eq!(found, expected);
    }
}

#[test]
fn names_functions_of_a_binary_without_debugging_information() {
    let submission = Submission::new();
    submission.source("deep.c");
    if submission.compile("gcc -O0 -o deep deep.c") {
        let stops = submission.run(&["./deep"]);
        let found = submission.lines(&stops[0].frames);
        assert_eq!(
            found,
            [
                "deep:0 append",
                "deep:0 keep",
                "deep:0 main",
                "deep:0 _start"
            ]
        );
    }
    if submission.compile("gcc -s -O0 -o deep deep.c") {
        let stops = submission.run(&["./deep"]);
        assert!(stops[0].frames.len() >= 3);
        assert!(submission.lines(&stops[0].frames).is_empty());
    }
}

#[test]
fn finds_every_kind_of_place() {
    let submission = Submission::new();
    let source = submission.source("places.c");
    let plug = submission.source("plug.c");
    if !submission.compile("gcc -g -O1 -o places places.c -pthread")
        || !submission.compile("gcc -g -O1 -shared -fPIC -o plug.so plug.c")
    {
        return;
    }
    let places = |at: &str, function: &str| format!("places.c:{} {function}", line(&source, at));
    let expected = [
        vec![places("HANDLER", "handler"), places("RAISE", "main")],
        vec![places("HANDLER", "handler"), places("AGAIN", "main")],
        vec![places("THREAD", "thread")],
        vec![places("CHILD", "main")],
        vec![
            format!("plug.c:{} plug", line(&plug, "LIBRARY")),
            places("PLUG", "main"),
        ],
        vec![
            places("LAST", "last"),
            places("END", "end"),
            places("OUT", "main"),
        ],
    ];
    let library = submission.path().join("plug.so");
    let stops = submission.run(&["./places", library.to_str().expect("a path")]);
    let found: Vec<_> = stops
        .iter()
        .map(|stop| submission.lines(&stop.frames))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn finds_the_line_in_cxx() {
    let submission = Submission::new();
    let source = submission.source("deep.cc");
    if !submission.compile("g++ -g -O1 -fno-optimize-sibling-calls -o deep deep.cc") {
        return;
    }
    let stops = submission.run(&["./deep"]);
    assert_eq!(stops.len(), 2);
    let found = submission.lines(&stops[0].frames);
    assert_eq!(
        found[0],
        format!("deep.cc:{} lab::Log::append(int)", line(&source, "HERE"))
    );
    let lambda = format!("deep.cc:{} ", line(&source, "LAMBDA"));
    assert!(found[1].starts_with(&lambda), "{found:?}");
    let twice = format!("deep.cc:{} ", line(&source, "TWICE"));
    assert!(found[2].starts_with(&twice), "{found:?}");
    assert!(found[3].starts_with(&lambda) && found[3].ends_with(" main"));
}

#[test]
fn finds_the_line_however_rust_was_compiled() {
    for options in [
        "-g",
        "-g -O",
        "-g -O -C panic=abort",
        "-g -O -C force-frame-pointers=no -C relocation-model=static",
        "-g -O -C target-feature=+crt-static",
    ] {
        let submission = Submission::new();
        let source = submission.source("deep.rs");
        if !submission.compile(&format!("rustc {options} deep.rs")) {
            continue;
        }
        let stops = submission.run(&["./deep"]);
        assert_eq!(stops.len(), 1, "{options}");
        let found = submission.lines(&stops[0].frames);
        let expected = [
            format!("deep.rs:{} deep::Log::append", line(&source, "HERE")),
            format!("deep.rs:{} deep::main", line(&source, "MAIN")),
        ];
        assert_eq!(found, expected, "{options}");
    }
}

#[test]
fn says_nothing_before_the_program_runs() {
    let submission = Submission::new();
    submission.source("deep.c");
    if !submission.compile("gcc -g -O0 -o deep deep.c") {
        return;
    }
    let mut calls = Vec::new();
    submission.run_with(&["./deep"], |sites, pid| {
        let registers = nix::sys::ptrace::getregs(pid).expect("registers");
        let tid = pid.as_raw();
        let frames = sites.capture(tid, tid, tid.unsigned_abs(), (&registers).into());
        calls.push((call(&registers), frames.is_empty()));
    });
    // The shell, then the loader: openat, mmap and their like; then fsync and exit_group.
    let begun = calls.iter().position(|(_, is_empty)| !is_empty);
    let begun = begun.expect("a frame of the program");
    assert_eq!(calls[begun].0, libc::SYS_fsync);
    assert!(begun > 10, "{calls:?}");
}
