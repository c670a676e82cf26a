//! The solutions of `shm/ring` beside a pipe and beside a bare futex, side by side in one run:
//! `scripts/bench`.
//!
//! Medians over interleaved rounds. Nothing here passes or fails; tests never look at a clock.

mod beside {
    pub(crate) mod median;
}

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use beside::median::median;

const ROUNDS: usize = 5;

/// Messages, and bytes of each, the newline among them.
const COUNT: usize = 1_000_000;
const BYTES: usize = 64;

/// Bytes of the ring: as much as a pipe has.
const CAPACITY: &str = "65536";

/// Messages that are sent one at a time, each when the one before has arrived.
const TRIPS: usize = 5000;

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    let place = tempfile::tempdir().expect("the temporary directory is writable");
    let place = place.path();
    let lines = place.join("lines");
    let line = [vec![b'x'; BYTES - 1], b"\n".to_vec()].concat();
    fs::write(&lines, line.repeat(COUNT)).expect("the temporary directory is writable");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let messages = compiled(&root.join("benches/programs/messages.c"), place, "messages");
    let c = compiled(&root.join("labs/shm/ring/solution/c/main.c"), place, "c");
    let rust = built(&root.join("labs/shm/ring/solution/rust"), place);
    let rings = [("ring, C", Some(c)), ("ring, Rust", rust)];

    let mut rates = vec![Vec::new(); 1 + rings.len()];
    let mut trips = vec![Vec::new(); 1 + rings.len()];
    for _ in 0..ROUNDS {
        let (count, bytes) = (COUNT.to_string(), BYTES.to_string());
        rates[0].extend(seconds(&messages, &["pipe", &count, &bytes]).map(|s| COUNT as f64 / s));
        trips[0]
            .extend(seconds(&messages, &["futex", &TRIPS.to_string()]).map(|s| s / TRIPS as f64));
        for (at, (_, ring)) in rings.iter().enumerate() {
            let Some(ring) = ring else { continue };
            rates[at + 1].extend(through(ring, &lines).map(|s| COUNT as f64 / s));
            trips[at + 1].extend(one_by_one(ring, &line).map(|s| s / TRIPS as f64));
        }
    }
    println!("medians of {ROUNDS} rounds, a ring and a pipe of 64 KiB each\n");
    let names = |first| {
        [first]
            .into_iter()
            .chain(rings.iter().map(|(name, _)| *name))
    };
    println!("{COUNT} messages of {BYTES} bytes        messages/s   to the pipe's");
    table(names("pipe, a call for each"), &rates, 1.0, 0);
    println!("one message at a time                      us   to the futex'");
    table(names("bare futex, there and back"), &trips, 1e6, 2);
    println!("(A message of the ring goes through a pipe before it and one behind it, too.)\n");
}

/// A line for each, with what it is to the first.
fn table<'a>(names: impl Iterator<Item = &'a str>, values: &[Vec<f64>], unit: f64, digits: usize) {
    let first = median(&values[0]);
    for (name, values) in names.zip(values) {
        match (median(values), first) {
            (Some(value), Some(first)) => println!(
                "  {name:30} {:12.digits$}   {:13.2}",
                value * unit,
                value / first
            ),
            _ => println!("  {name:30} skipped: it cannot be done here"),
        }
    }
    println!();
}

fn compiled(source: &Path, place: &Path, name: &str) -> PathBuf {
    let program = place.join(name);
    let built = Command::new("gcc")
        .args(["-O2", "-pthread", "-o"])
        .args([&program, source])
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "{name} compiles"
    );
    program
}

/// The program of a Cargo project; `None` where it cannot be built.
fn built(project: &Path, place: &Path) -> Option<PathBuf> {
    let target = place.join("target");
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--target-dir"])
        .arg(&target)
        .current_dir(project)
        .status();
    status.ok().filter(|status| status.success())?;
    let files = fs::read_dir(target.join("release")).ok()?;
    let mut files = files.filter_map(|file| Some(file.ok()?.path()));
    // Beside it there are files of Cargo's own, which begin with a dot or have an extension.
    files.find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file() && !name.contains('.')
    })
}

/// The seconds that a program says it took.
fn seconds(program: &Path, args: &[&str]) -> Option<f64> {
    let output = Command::new(program).args(args).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// The two sides of a ring of our own.
fn pair(ring: &Path, input: Stdio, output: Stdio) -> Option<[Child; 2]> {
    let name = format!("/ring-{}", std::process::id());
    let mut consumer = Command::new(ring);
    consumer
        .args(["consume", &name])
        .stdin(Stdio::null())
        .stdout(output);
    let mut producer = Command::new(ring);
    producer.args(["produce", &name, CAPACITY]).stdin(input);
    Some([producer.spawn().ok()?, consumer.spawn().ok()?])
}

/// The seconds until all lines are through; `None` if they do not get through.
fn through(ring: &Path, lines: &Path) -> Option<f64> {
    let input = File::open(lines).ok()?;
    let begin = Instant::now();
    let sides = pair(ring, input.into(), Stdio::null())?;
    let all = sides.map(|mut side| side.wait().is_ok_and(|status| status.success()));
    (all == [true; 2]).then(|| begin.elapsed().as_secs_f64())
}

/// The seconds for lines of which each is written when the one before it has come out.
fn one_by_one(ring: &Path, line: &[u8]) -> Option<f64> {
    let [mut producer, mut consumer] = pair(ring, Stdio::piped(), Stdio::piped())?;
    let mut input = producer.stdin.take()?;
    let mut output = BufReader::new(consumer.stdout.take()?);
    let mut trip = || -> Option<()> {
        input.write_all(line).ok()?;
        let mut got = Vec::new();
        (output.read_until(b'\n', &mut got).ok()? == line.len()).then_some(())
    };
    // Until both sides are there.
    trip()?;
    let begin = Instant::now();
    (0..TRIPS).try_for_each(|_| trip())?;
    let time = begin.elapsed().as_secs_f64();
    drop(input);
    let all = [producer, consumer].map(|mut side| side.wait().is_ok());
    (all == [true; 2]).then_some(time)
}
