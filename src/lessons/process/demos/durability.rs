//! What each way to durability costs on this machine, and what it buys.
//!
//! See write(2), fsync(2), fdatasync(2), and `O_DSYNC` in open(2).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::columns::{Align, bold, brief, head, narrow, two_digits, wrapped};
use super::mount;
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "durability",
    title: "what write, fdatasync, fsync and O_DSYNC cost here, and what each promises",
    run,
};

/// A record as a payment service might write it: 100 bytes, the newline included.
const RECORD: &[u8; 100] = b"2024-03-11T09:14:07.113Z payment=7f3a9c04 account=4711 amount=19.90 \
currency=EUR state=captured    \n";

/// Records under one sync where records are grouped.
const GROUP: usize = 64;

/// Samples of one way in a row, before it is the next way's turn: what else happens on the machine
/// then falls on all of them.
const TURN: usize = 10;

/// Rounds of all ways, and the time after which no further round begins.
const ROUNDS: (usize, Duration) = (100, Duration::from_secs(15));

/// The same for the quick version.
const QUICK_ROUNDS: (usize, Duration) = (10, Duration::from_secs(2));

/// One way to bring a record to the log.
struct Way {
    /// The calls, as they stand in the program.
    name: &'static str,
    /// Added to the flags of open(2).
    flags: i32,
    /// The call after the writes.
    sync: Sync,
    /// Records before one sync.
    group: usize,
    /// What can happen to the machine while the record stays.
    survives: &'static str,
}

/// What follows the write.
enum Sync {
    /// Nothing: whatever the write itself does is enough.
    Nothing,
    /// fdatasync(2).
    Data,
    /// fsync(2).
    All,
    /// fsync(2) of a file that is new each time, and of its directory.
    Name,
}

/// The dearest last; the first is what the others are compared with.
const WAYS: &[Way] = &[
    Way {
        name: "write",
        flags: 0,
        sync: Sync::Nothing,
        group: 1,
        survives: "the end of the process",
    },
    Way {
        name: "64 x write, fdatasync",
        flags: 0,
        sync: Sync::Data,
        group: GROUP,
        survives: "power loss, once the sync of its group has returned",
    },
    Way {
        name: "write, fdatasync",
        flags: 0,
        sync: Sync::Data,
        group: 1,
        survives: "power loss",
    },
    Way {
        name: "write, fsync",
        flags: 0,
        sync: Sync::All,
        group: 1,
        survives: "power loss, as do its time stamps",
    },
    Way {
        name: "write with O_DSYNC",
        flags: libc::O_DSYNC,
        sync: Sync::Nothing,
        group: 1,
        survives: "power loss",
    },
    Way {
        name: "open, write, 2 x fsync",
        flags: 0,
        sync: Sync::Name,
        group: 1,
        survives: "power loss, in a new file: the second fsync is of its directory",
    },
];

/// What was measured of one way: the time for each record.
#[derive(Default)]
struct Sample {
    times: Vec<Duration>,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let here = std::env::current_dir().context("no current directory")?;
    let (rounds, time) = if options.quick { QUICK_ROUNDS } else { ROUNDS };
    writeln!(
        out,
        "{}",
        bold("The price of a durable record", options.color)
    )?;
    writeln!(out)?;
    out.write_all(place(&here).as_bytes())?;
    writeln!(out)?;
    out.flush()?;
    let measured = measure(&here, rounds, time, &|| options.go_on().is_ok())
        .with_context(|| format!("cannot measure in {}", here.display()))?;
    out.write_all(table(&measured).as_bytes())?;
    writeln!(out)?;
    out.write_all(lessons(&measured).as_bytes())?;
    Ok(())
}

/// Says where the figures come from and what they are worth there.
fn place(here: &Path) -> String {
    let mut text = String::new();
    match mount::of(here) {
        Ok(mount) => {
            text += &wrapped(
                &format!(
                    "file system: {} ({}, mounted on {})",
                    mount.kind,
                    mount.source,
                    mount.point.display()
                ),
                13,
            );
            if let Some(warning) = mount.warning() {
                text += &wrapped(&format!("warning: {warning}"), 9);
            }
        }
        Err(error) => text += &wrapped(&format!("file system: unknown ({error})"), 13),
    }
    let cache = match mount::cache(here).as_deref() {
        Some("write back") => "write back (every sync also asks the device to empty its cache)",
        Some("write through") => "write through (the kernel takes the device at its word)",
        _ => return text,
    };
    text + &wrapped(&format!("device cache: {cache}"), 14)
}

/// The directory of one performance, removed with all that is in it when dropped.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes a new directory in `parent`.
    fn new(parent: &Path) -> io::Result<Self> {
        let path = parent.join(format!(".syslab-durability-{}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing can be done about a failure: the directory's name says whose it is.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Measures all ways in files of a directory of its own in `parent`, in [`WAYS`]' order, while it
/// is wanted.
fn measure(
    parent: &Path,
    rounds: usize,
    time: Duration,
    is_wanted: &dyn Fn() -> bool,
) -> io::Result<Vec<Sample>> {
    let scratch = Scratch::new(parent)?;
    let mut logs = Vec::new();
    for (nth, way) in WAYS.iter().enumerate() {
        logs.push(way.open(&scratch.path.join(format!("log{nth}")))?);
    }
    let mut samples: Vec<Sample> = WAYS.iter().map(|_| Sample::default()).collect();
    let begin = Instant::now();
    for round in 0..rounds {
        if round > 0 && (begin.elapsed() > time || !is_wanted()) {
            break;
        }
        for ((way, log), sample) in WAYS.iter().zip(&mut logs).zip(&mut samples) {
            for turn in 0..TURN {
                let new = scratch.path.join(format!("new-{round}-{turn}"));
                let start = Instant::now();
                way.store(log, &new)?;
                sample.times.push(start.elapsed() / way.group as u32);
            }
        }
    }
    for sample in &mut samples {
        sample.times.sort_unstable();
    }
    Ok(samples)
}

impl Way {
    /// Makes the log, with one record in it: the first sync also writes what is new of the file,
    /// which a running service does not pay.
    fn open(&self, path: &Path) -> io::Result<File> {
        let mut log = OpenOptions::new()
            .create_new(true)
            .append(true)
            .custom_flags(self.flags)
            .open(path)?;
        log.write_all(RECORD)?;
        log.sync_all()?;
        Ok(log)
    }

    /// Stores one group of records: in the log or, if that is the way, in a file `new`.
    fn store(&self, log: &mut File, new: &Path) -> io::Result<()> {
        if let Sync::Name = self.sync {
            let mut file = File::create_new(new)?;
            file.write_all(RECORD)?;
            file.sync_all()?;
            return File::open(new.parent().unwrap_or(new))?.sync_all();
        }
        for _ in 0..self.group {
            log.write_all(RECORD)?;
        }
        match self.sync {
            Sync::Nothing | Sync::Name => Ok(()),
            Sync::Data => log.sync_data(),
            Sync::All => log.sync_all(),
        }
    }
}

impl Sample {
    /// The time that `percent` of the samples did not exceed (nearest rank).
    fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.times.len() * percent).div_ceil(100).max(1);
        self.times.get(rank - 1).copied().unwrap_or_default()
    }
}

/// The figures, a way a line.
fn table(measured: &[Sample]) -> String {
    let line = |name: &str, sample: &Sample, survives: &str| {
        vec![
            name.to_owned(),
            sample.times.len().to_string(),
            brief(sample.percentile(50)),
            brief(sample.percentile(99)),
            survives.to_owned(),
        ]
    };
    let mut rows = vec![head([
        "for each record",
        "runs",
        "median",
        "p99",
        "then it survives",
    ])];
    for (way, sample) in WAYS.iter().zip(measured) {
        rows.push(line(way.name, sample, way.survives));
    }
    let right = Align::Right;
    narrow(&[Align::Left, right, right, right], &rows)
}

/// What the figures say.
fn lessons(measured: &[Sample]) -> String {
    let median = |name: &str| {
        let at = WAYS.iter().position(|way| way.name == name)?;
        measured.get(at).map(|sample| sample.percentile(50))
    };
    let (Some(write), Some(group), Some(sync)) = (
        median("write"),
        median("64 x write, fdatasync"),
        median("write, fdatasync"),
    ) else {
        return String::new();
    };
    let times = |a: Duration, b: Duration| two_digits(a.as_secs_f64() / b.as_secs_f64().max(1e-9));
    let mut text = wrapped(
        &format!(
            "A record that survives power loss costs about {} times as much as one that is \
             only written; in groups of {GROUP}, about {} times.",
            times(sync, write),
            times(group, write)
        ),
        0,
    );
    text += &wrapped(
        "A sync is over when the device says so. A virtual disk, or a device that calls its cache \
         stable, may say so before anything would survive pulling its plug.",
        0,
    );
    text + &wrapped(
        "Run this in another directory to measure another file system.",
        0,
    )
}

#[cfg(test)]
mod tests {
    use super::super::columns::WIDTH;
    use super::*;

    fn sample(micros: &[u64]) -> Sample {
        Sample {
            times: micros.iter().map(|n| Duration::from_micros(*n)).collect(),
        }
    }

    #[test]
    fn percentiles_are_samples() {
        let hundred = sample(&(1..=100).collect::<Vec<_>>());
        assert_eq!(hundred.percentile(50), Duration::from_micros(50));
        assert_eq!(hundred.percentile(99), Duration::from_micros(99));
        assert_eq!(sample(&[7]).percentile(99), Duration::from_micros(7));
    }

    #[test]
    fn every_way_has_a_line() {
        let measured: Vec<_> = (1..=WAYS.len() as u64)
            .map(|n| sample(&[n, 10 * n]))
            .collect();
        let text = table(&measured);
        for way in WAYS {
            assert!(text.contains(way.name));
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert!(lessons(&measured).contains("about 3.0 times as much"));
    }

    #[test]
    fn measuring_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let measured = measure(directory.path(), 1, Duration::ZERO, &|| true).unwrap();
        assert!(measured.iter().all(|sample| sample.times.len() == TURN));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn every_way_stores_its_records() {
        let directory = tempfile::tempdir().unwrap();
        for (nth, way) in WAYS.iter().enumerate() {
            let path = directory.path().join(nth.to_string());
            let mut log = way.open(&path).unwrap();
            let new = directory.path().join("new");
            way.store(&mut log, &new).unwrap();
            let stored = fs::read(&path).unwrap().len() + fs::read(&new).map_or(0, |new| new.len());
            assert_eq!(stored, (1 + way.group) * RECORD.len());
        }
    }

    #[test]
    fn it_shows_what_it_measured() {
        let options = DemoOptions {
            color: false,
            quick: true,
            ..DemoOptions::default()
        };
        let mut out = Vec::new();
        run(&mut out, &options).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("file system: "), "{text}");
        assert!(!text.contains('\x1b'));
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        eprintln!("{text}");
    }
}
