//! Schedules: a process is stopped, or killed, just before a store to memory that it shares.
//!
//! The programs are in `tests/programs/schedule`.

#![expect(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::path::Path;
use std::process::Command;

use syslab::bench::job::{Job, TrialRecord};
use syslab::bench::runners::Runners;
use syslab::model::experiment::STORE;
use syslab::model::{
    Action, Arming, ExitStatus, Experiment, Fault, Frame, Recording, Role, Run, Step, Stream,
    Strike, Trigger, What, World,
};
use syslab::sandbox::Rung;

/// Increments of each of the two processes.
const TIMES: u32 = 3;

/// Where `counter` is, and who has runners made.
struct Place {
    directory: tempfile::TempDir,
    runners: Runners,
    rung: Rung,
}

/// What is done to `counter`.
#[derive(Clone, Copy)]
struct Story {
    how: &'static str,
    processes: u32,
    strike: Strike,
}

/// Two processes.
fn story(how: &'static str, strike: Strike) -> Story {
    Story {
        how,
        processes: 2,
        strike,
    }
}

/// Makes one trial, which is struck at this store (0: at none); its recording, and how many stores
/// there were after the first fork.
fn trial(place: &Place, story: Story, point: u32) -> (Recording, u32) {
    let record = record(place, story, point);
    assert_eq!(record.trouble, None);
    let points = record.points;
    (record.runs.into_iter().next().unwrap(), points)
}

fn record(place: &Place, story: Story, point: u32) -> TrialRecord {
    let trigger = Trigger {
        calls: vec![STORE.to_owned()],
        on: Role::Any,
        armed: Arming::Fork,
        first: if point == 0 { u32::MAX } else { point },
        every: 0,
    };
    let run = Run {
        args: vec![
            story.how.to_owned(),
            story.processes.to_string(),
            TIMES.to_string(),
        ],
        watch: vec!["write".to_owned()],
        ..Run::default()
    };
    let strike = Fault {
        trigger,
        action: Action::Strike(story.strike),
    };
    perform(place, run, Some(strike), point == 0)
}

/// Makes one trial of one run.
fn perform(place: &Place, run: Run, strike: Option<Fault>, is_reference: bool) -> TrialRecord {
    let directory = |name: &str| {
        let path = place.directory.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    };
    let job = Job {
        argv: vec!["/submission/counter".to_owned()],
        env: Vec::new(),
        binds: Vec::new(),
        submission: directory("submission"),
        lab: directory("lab"),
        actor: None,
        host_uid: match (place.rung, nix::unistd::geteuid().as_raw()) {
            // Root of the host is nobody's id in a box.
            (Rung::Full, 0) => 65_534,
            (_, own) => own,
        },
        experiment: Experiment {
            runs: vec![run],
            ..Experiment::default()
        },
        strike,
        is_reference,
        timeout_scale: 1.0,
    };
    place.runners.make(&job).unwrap()
}

/// The program in a place of its own, without confinement.
fn place() -> Place {
    place_with(Rung::None)
}

/// The same, confined like this.
fn place_with(rung: Rung) -> Place {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("submission")).unwrap();
    let built = Command::new("cc")
        .args(["-g", "-O1", "-pthread", "-o"])
        .arg(directory.path().join("submission/counter"))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/schedule/counter.c"))
        .status()
        .unwrap();
    assert!(built.success());
    let runners = Runners::start_apart(Path::new(env!("CARGO_BIN_EXE_syslab")), rung).unwrap();
    Place {
        directory,
        runners,
        rung,
    }
}

/// What the program printed.
fn total(recording: &Recording) -> u32 {
    let printed = recording.received(Stream::Stdout);
    String::from_utf8(printed).unwrap().trim().parse().unwrap()
}

#[test]
fn others_go_next_after_a_store_and_before_what_follows_it() {
    let place = place();
    let story = story("atomic", Strike::OthersNext);
    let (recording, _) = trial(&place, story, 1);
    assert_eq!(total(&recording), 2 * TIMES);
    let (_, struck, _) = recording.struck().next().unwrap();
    let ends = recording
        .events
        .iter()
        .filter_map(|event| match event.what {
            What::End { task, .. } => Some(task),
            _ => None,
        });
    let ends: Vec<_> = ends.collect();
    // The other process, the one that was held back, and the parent.
    assert_eq!(ends.len(), 3);
    assert_eq!(ends[1], struck);
}

/// What it printed, with each of its stores put off in turn until the other process has ended.
fn totals(how: &'static str) -> Vec<u32> {
    let place = place();
    let story = story(how, Strike::OthersFirst);
    let (_, points) = trial(&place, story, 0);
    assert!(points >= 2 * TIMES, "{points}");
    let struck = |point| trial(&place, story, point).0;
    (1..=points).map(|point| total(&struck(point))).collect()
}

#[test]
fn a_lost_update_is_found_at_every_store_that_another_process_can_follow() {
    let totals = totals("plain");
    // Whichever process is held back before its first store, the other one makes all of its own
    // meanwhile, and they are lost.
    assert!(totals.contains(&TIMES), "{totals:?}");
}

#[test]
fn no_schedule_breaks_an_atomic_counter_or_a_lock() {
    for how in ["atomic", "locked"] {
        let totals = totals(how);
        assert!(totals.iter().all(|total| *total == 2 * TIMES), "{totals:?}");
    }
}

#[test]
fn the_kernel_stores_into_shared_memory_as_ever() {
    let place = place();
    let alone = Story {
        processes: 1,
        ..story("kernel", Strike::OthersFirst)
    };
    let (recording, points) = trial(&place, alone, 0);
    assert_eq!(total(&recording), TIMES);
    assert_eq!(points, TIMES);
}

#[test]
fn a_store_behind_the_end_of_a_file_ends_the_process_as_ever() {
    let place = place();
    let alone = Story {
        processes: 1,
        ..story("beyond", Strike::OthersFirst)
    };
    for point in 0..=1 {
        let (recording, _) = trial(&place, alone, point);
        let is_bus_error = |what: &What| {
            matches!(
                what,
                What::End {
                    status: ExitStatus::Signal(libc::SIGBUS),
                    ..
                }
            )
        };
        assert!(
            recording
                .events
                .iter()
                .any(|event| is_bus_error(&event.what))
        );
        assert_eq!(recording.struck().count(), point as usize);
    }
}

#[test]
fn a_robust_lock_survives_the_death_of_its_holder_at_every_store() {
    let place = place();
    let story = story("locked", Strike::KillCaller);
    let (_, points) = trial(&place, story, 0);
    for point in 1..=points {
        let (recording, _) = trial(&place, story, point);
        let is_killing = |what: &What| {
            matches!(
                what,
                What::End {
                    status: ExitStatus::Signal(libc::SIGKILL),
                    ..
                }
            )
        };
        let killed = recording.events.iter().any(|event| is_killing(&event.what));
        // Where the two did not wait for each other, there were fewer stores than before.
        assert_eq!(killed, recording.struck().count() == 1, "point {point}");
        // The survivor's increments are all there.
        assert!(total(&recording) >= TIMES, "point {point} of {points}");
    }
}

#[test]
fn a_store_is_held_until_the_world_says_so() {
    let place = place();
    let trigger = Trigger {
        calls: vec![STORE.to_owned()],
        on: Role::Any,
        armed: Arming::Fork,
        first: 1,
        every: 0,
    };
    let run = Run {
        args: ["atomic", "2", "3"].map(str::to_owned).to_vec(),
        steps: vec![Step::AwaitStrike, Step::Pass { ms: 20 }, Step::Release],
        faults: vec![Fault {
            trigger,
            action: Action::Hold,
        }],
        watch: vec!["write".to_owned()],
        ..Run::default()
    };
    let record = perform(&place, run, None, false);
    let recording = &record.runs[0];
    assert_eq!(total(recording), 2 * TIMES);
    let at = |is: fn(&What) -> bool| {
        let mut events = recording.events.iter();
        events.position(|event| is(&event.what)).unwrap()
    };
    let struck = at(|what| matches!(what, What::Struck(..)));
    let passed = at(|what| matches!(what, What::World(World::Passed(_))));
    let made = at(|what| matches!(what, What::Exit { .. }));
    assert!(struck < passed && passed < made, "{recording}");
}

#[test]
fn what_is_written_when_nobody_reads_ends_the_program() {
    let place = place();
    let run = Run {
        args: ["atomic", "1", "1"].map(str::to_owned).to_vec(),
        steps: vec![Step::CloseOutput],
        ..Run::default()
    };
    let record = perform(&place, run, None, false);
    let recording = &record.runs[0];
    assert!(recording.received(Stream::Stdout).is_empty());
    let is_broken_pipe = |what: &What| {
        matches!(
            what,
            What::End {
                status: ExitStatus::Signal(libc::SIGPIPE),
                ..
            }
        )
    };
    let mut events = recording.events.iter();
    assert!(
        events.any(|event| is_broken_pipe(&event.what)),
        "{recording}"
    );
}

#[test]
fn a_struck_store_is_recorded_with_its_place() {
    let place = place_with(Rung::Full);
    let record = record(&place, story("plain", Strike::OthersFirst), 1);
    let Some(recording) = record.runs.first() else {
        println!("skipped: this machine cannot check labs");
        return;
    };
    let is_store = |what: &What| matches!(what, What::Enter(_, call) if call.name == STORE);
    let struck = recording
        .events
        .iter()
        .find(|event| is_store(&event.what))
        .unwrap();
    let is_ours = |frame: &Frame| matches!(frame, Frame::Native { module, .. } if module.ends_with("/counter"));
    assert!(struck.site.iter().any(is_ours), "{:?}", struck.site);
}
