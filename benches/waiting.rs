//! How long a learner waits: from a save to a verdict in `syslab watch`, and for `syslab list`;
//! `scripts/bench`.
//!
//! Medians and minima of wall-clock time, beside what is wanted on a quiet machine. Nothing here passes
//! or fails; tests never look at a clock.

mod beside {
    pub(crate) mod median;
}

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use beside::median::median;

const SYSLAB: &str = env!("CARGO_BIN_EXE_syslab");

/// Saves of each program.
const SAVES: usize = 9;

/// Starts of `syslab list`.
const STARTS: usize = 31;

/// The programs that are saved: what is wrong, the file, and the words with which `watch --plain` tells it.
const SAVED: [(&str, &str, &str); 2] = [
    (
        "acknowledges first",
        "labs/process/durable-log/wrong/syncs-before-ack/acknowledges-first/main.c",
        "fails: every acknowledgement follows",
    ),
    ("does not build", "", "fails: every record is in the log"),
];

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    println!("{:44} median   minimum   wanted", "");
    let waits: Vec<f64> = (0..STARTS).map(|_| list()).collect();
    tell("syslab list", &waits, 20.0);
    for (what, file, words) in SAVED {
        let waits = saves(file, words);
        tell(&format!("watch, C, {what}: save to verdict"), &waits, 500.0);
    }
}

fn tell(what: &str, waits: &[f64], wanted: f64) {
    let least = waits.iter().copied().fold(f64::INFINITY, f64::min);
    let middle = median(waits).unwrap_or(f64::NAN);
    println!("{what:44} {middle:6.1}    {least:6.1}    < {wanted:.0} ms");
}

/// Milliseconds that `list` takes.
fn list() -> f64 {
    let start = Instant::now();
    let output = Command::new(SYSLAB).arg("list").output();
    let wait = ms(start);
    let output = output.expect("syslab can be started");
    assert!(output.status.success(), "`syslab list` succeeds");
    wait
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// Milliseconds from each save of a program until its failure is told. Each save waits until all checks of
/// the one before have been made.
fn saves(file: &str, words: &str) -> Vec<f64> {
    let place = tempfile::tempdir().expect("the temporary directory is writable");
    let source = match file {
        "" => "int main(void) { return }\n".to_owned(),
        _ => {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            fs::read_to_string(file).expect("the program is there")
        }
    };
    let mut watch = Watch::begin(place.path(), &source);
    watch.until("Score:");
    let mut waits = Vec::new();
    for nth in 0..SAVES {
        let start = Instant::now();
        watch.save(&format!("{source}// {nth}\n"));
        watch.until(words);
        waits.push(ms(start));
        watch.until("Score:");
    }
    waits
}

/// `syslab watch --plain`, until it is dropped.
struct Watch {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
    /// Open as long as it lasts: its end would be heard.
    _stdin: Option<ChildStdin>,
    file: PathBuf,
}

impl Watch {
    /// Begins the lab with this program in a workspace of its own.
    fn begin(place: &Path, source: &str) -> Self {
        let mut start = Command::new(SYSLAB);
        start.args(["start", "durable-log", "--lang", "c"]);
        let output = start.current_dir(place).output();
        let output = output.expect("syslab can be started");
        assert!(output.status.success(), "`syslab start` succeeds");
        let file = place.join("durable-log/main.c");
        fs::write(&file, source).expect("the temporary directory is writable");
        let mut process = Command::new(SYSLAB)
            .args(["watch", "durable-log", "--plain", "--seed", "7"])
            .current_dir(place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("syslab can be started");
        let out = process.stdout.take().expect("its output is a pipe");
        Self {
            said: BufReader::new(out).lines(),
            _stdin: process.stdin.take(),
            process,
            file,
        }
    }

    fn save(&self, source: &str) {
        fs::write(&self.file, source).expect("the temporary directory is writable");
    }

    /// Waits for a line that begins with these words.
    fn until(&mut self, words: &str) {
        let mut lines = self.said.by_ref().map_while(Result::ok);
        let found = lines.any(|line| line.starts_with(words));
        assert!(found, "`syslab watch` says {words:?} before it ends");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}
