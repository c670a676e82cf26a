//! Demos, run: each works on this machine, fits into a terminal and leaves nothing behind.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use syslab::exit;
use syslab::lessons::LESSONS;

/// Columns that every terminal has.
const WIDTH: usize = 80;

/// Demos whose traces and tables ask for more, and how much that is.
const WIDE: (&[&str], usize) = (&["shutdown", "signals", "eintr", "durability"], 100);

#[test]
fn every_demo_works_and_fits() {
    let here = tempfile::tempdir().unwrap();
    for lesson in LESSONS {
        for demo in lesson.demos {
            let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
                .args([lesson.slug, "demo", demo.slug, "--quick"])
                .current_dir(here.path())
                .output()
                .unwrap();
            let (stdout, stderr) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            assert!(output.status.success(), "{}\n{stdout}\n{stderr}", demo.slug);
            assert!(!stdout.contains('\x1b'), "{stdout}");
            let width = match WIDE.0.contains(&demo.slug) {
                true => WIDE.1,
                false => WIDTH,
            };
            for line in stdout.lines() {
                assert!(line.chars().count() <= width, "{}: {line}", demo.slug);
            }
            assert!(stdout.lines().count() > 5, "{stdout}");
            // What cannot be shown says so, which on some machines is all that it can do.
            if stdout.contains("Not shown here") || stdout.contains("Not tried here") {
                eprintln!("skipped: demo {} shows a part only", demo.slug);
            }
            assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
        }
    }
}

#[test]
fn ctrl_c_ends_every_demo_with_all_that_it_has_started() {
    let here = tempfile::tempdir().unwrap();
    let demos = LESSONS
        .iter()
        .flat_map(|lesson| lesson.demos.iter().map(move |demo| (lesson.slug, demo)));
    for (lesson, demo) in demos {
        let mut child = Command::new(env!("CARGO_BIN_EXE_syslab"))
            .args([lesson, "demo", demo.slug])
            .current_dir(here.path())
            .env("TMPDIR", here.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        // It has begun.
        stdout.read_exact(&mut [0]).unwrap();
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
        // Standard error comes to its end when nobody holds it any more: all have gone.
        let (mut shown, mut said) = (String::new(), String::new());
        stdout.read_to_string(&mut shown).unwrap();
        stderr.read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(
            status.code(),
            Some(i32::from(exit::INTERRUPTED)),
            "{}: {status}\n{shown}\n{said}",
            demo.slug
        );
        assert!(said.is_empty(), "{}: {said}", demo.slug);
        assert_eq!(
            fs::read_dir(here.path()).unwrap().count(),
            0,
            "{}",
            demo.slug
        );
    }
}
