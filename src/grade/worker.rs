//! The worker of a chunk: looks whether its machine is fit, then examines one submission after the
//! other. The same process in a local pool and in a job of a cluster.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::run::{Examined, Manifest, Mark, Rerun, RunDir, RunError, State, Task};
use crate::bench::identity::Confinement;
use crate::bench::{self, BenchError, Request, identity};
use crate::model::{Finding, Scorecard, Verdict};
use crate::sys;

/// How often a worker says that it is alive.
const BEAT: Duration = Duration::from_secs(2);

/// The variable by which an engine says what this machine is called.
pub(super) const NODE: &str = "SYSLAB_NODE";

/// How often a check is made again that could not be decided.
const MOST_RERUNS: u32 = 2;

/// How a submission is examined: [`bench::examine`], or in tests something quicker.
pub(super) type Examine<'a> = dyn Fn(&Request) -> Result<Scorecard, BenchError> + 'a;

/// Said to a worker if another one of the same driver has found this machine's program and tools to be those
/// of the run.
pub(super) const FIT: &str = "fit";

/// The process' main function: the run's directory, the id of what it is about, and the chunk; and
/// [`FIT`], where that is known.
///
/// # Errors
/// If the machine is not fit, which is also written down in the run; or if the run does not work.
pub fn main(args: &[OsString]) -> io::Result<()> {
    let (run, id, chunk, is_fit) = match args {
        [run, id, chunk] => (run, id, chunk, false),
        [run, id, chunk, word] if word == FIT => (run, id, chunk, true),
        _ => return Err(io::Error::other("a worker takes RUN, ID and CHUNK")),
    };
    let (id, chunk) = (text(id)?, text(chunk)?);
    sys::process::die_with_parent(nix::unistd::getppid().as_raw())?;
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&asked))?;
    }
    let run = RunDir::at(Path::new(run));
    let node = node();
    let looked = meant(&run, &id, &chunk, &node).and_then(|manifest| {
        if !is_fit {
            same(&manifest)?;
        }
        let confinement = confines(&manifest)?;
        Ok((manifest, confinement))
    });
    let (manifest, confinement) = match looked {
        Ok(looked) => looked,
        Err(why) => {
            run.refuse(&chunk, &node, &why).map_err(io::Error::other)?;
            return Err(io::Error::other(why));
        }
    };
    let beating = Beating::begin(&run, &chunk);
    let examine = |request: &Request| {
        let request = Request {
            confinement: Some(confinement.clone()),
            ..request.clone()
        };
        bench::examine(&request, &asked, &mut |_| {})
    };
    let worked = work(&run, &manifest, &chunk, &node, &examine, &asked);
    drop(beating);
    if let Err(error) = &worked {
        run.refuse(&chunk, &node, &causes(error))
            .map_err(io::Error::other)?;
    }
    worked.map_err(io::Error::other)
}

/// What went wrong, outermost first, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    bench::runner::causes(error).join(": ")
}

fn text(argument: &OsString) -> io::Result<String> {
    argument
        .to_str()
        .map(str::to_owned)
        .ok_or_else(|| io::Error::other("an argument is not UTF-8"))
}

/// This machine's name, as it can stand in a file's name between dots.
fn node() -> String {
    let given = std::env::var_os(NODE).or_else(|| std::env::var_os("SLURMD_NODENAME"));
    let name = given.unwrap_or_else(|| nix::unistd::gethostname().unwrap_or_default());
    node_name(&name.to_string_lossy())
}

/// A machine's name, as it can stand in a file's name between dots.
pub(super) fn node_name(name: &str) -> String {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => c,
        _ => '-',
    };
    let name: String = name.chars().take(64).map(plain).collect();
    match name.is_empty() {
        true => "nameless".to_owned(),
        false => name,
    }
}

/// What the run is about, if it is the one that is meant and results can be published from here; else
/// why not.
fn meant(run: &RunDir, id: &str, chunk: &str, node: &str) -> Result<Manifest, String> {
    let manifest = run.manifest().map_err(|error| causes(&error))?;
    let found = manifest.id().map_err(|error| causes(&error))?;
    if found != id {
        return Err(format!("the run here is {found}, not {id}"));
    }
    let by = format!("{chunk}.{node}.{}", std::process::id());
    run.probe(&by)
        .map_err(|error| format!("no results can be published: {}", causes(&error)))?;
    Ok(manifest)
}

/// Whether results of this program and of this machine's tools are worth what those of others are; else why
/// not.
fn same(manifest: &Manifest) -> Result<(), String> {
    let program = identity::program().map_err(|error| causes(&error))?;
    if program != manifest.terms.program {
        return Err(format!(
            "syslab is {program} here, not {}",
            manifest.terms.program
        ));
    }
    let toolchain = identity::toolchain();
    if toolchain != manifest.terms.toolchain {
        return Err(format!(
            "the toolchain is another one here: {}",
            toolchain.join("; ")
        ));
    }
    Ok(())
}

/// How this machine can confine submissions; why not, if that is not enough.
fn confines(manifest: &Manifest) -> Result<Confinement, String> {
    let found = identity::confinement();
    if found.rung < manifest.terms.confinement {
        return Err(format!(
            "submissions cannot be confined here: {}",
            found.detail.join("; ")
        ));
    }
    Ok(found)
}

/// Examines what is still to be examined of a chunk, until it is asked to stop.
pub(super) fn work(
    run: &RunDir,
    manifest: &Manifest,
    chunk: &str,
    node: &str,
    examine: &Examine<'_>,
    asked: &AtomicBool,
) -> Result<(), RunError> {
    for key in run.chunk(chunk)?.keys {
        if asked.load(Ordering::SeqCst) {
            return Ok(());
        }
        // Another worker may have come first.
        if run.has_result(&key) {
            continue;
        }
        let Some(task) = manifest.task(&key) else {
            continue;
        };
        let mark = run.begin(&key, chunk, node)?;
        match examined(run, manifest, task, &mark, examine) {
            Ok(examined) => match run.publish(&mark, &examined) {
                Ok(_) => run.end(&mark, State::Done, "")?,
                Err(error) => {
                    // A full disk is not the submission's fault.
                    run.end(&mark, State::Spared, "")?;
                    return Err(error);
                }
            },
            Err(_) if asked.load(Ordering::SeqCst) => {
                run.end(&mark, State::Spared, "")?;
                return Ok(());
            }
            Err(error) => run.end(&mark, State::Failed, &causes(&error))?,
        }
    }
    Ok(())
}

/// Examines a submission. A check that could not be decided is made again; one that failed never
/// is: a race that is lost once is lost.
fn examined(
    run: &RunDir,
    manifest: &Manifest,
    task: &Task,
    mark: &Mark,
    examine: &Examine<'_>,
) -> Result<Examined, BenchError> {
    let begun = Instant::now();
    let request = request(run.root(), manifest, task);
    let mut card = examine(&request)?;
    let mut reruns: Vec<Rerun> = Vec::new();
    for _ in 0..MOST_RERUNS {
        let open = |finding: &&Finding| finding.verdict == Verdict::Unknown;
        let only: Vec<String> = card
            .checks
            .iter()
            .filter(open)
            .map(|finding| finding.id.clone())
            .collect();
        if only.is_empty() {
            break;
        }
        let again = examine(&Request {
            only,
            ..request.clone()
        })?;
        for finding in again.checks {
            if let Some(old) = card
                .checks
                .iter_mut()
                .find(|old| old.id == finding.id && old.verdict == Verdict::Unknown)
            {
                reruns.push(Rerun {
                    check: finding.id.clone(),
                    because: old.why.clone(),
                    is_decided: finding.verdict != Verdict::Unknown,
                });
                *old = finding;
            }
        }
    }
    card.score = card.checks.iter().map(|finding| finding.points).sum();
    // Where it was examined says nothing; whose it is does.
    card.submission.clone_from(&task.name);
    Ok(Examined {
        card,
        attempt: mark.attempt(),
        wall_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        reruns,
    })
}

/// How a task is examined; also when it is examined again.
pub fn request(root: &Path, manifest: &Manifest, task: &Task) -> Request {
    let (lesson, lab) = manifest.terms.lab.split_once('/').unwrap_or_default();
    let written = manifest.terms.written.as_ref();
    Request {
        file: written.map(|files| root.join(&files.path).into_os_string()),
        seed: u64::from(task.seed),
        only: task.only.clone(),
        // Submissions are examined side by side; within one, one trial after the other.
        jobs: 1,
        timeout_scale: manifest.terms.timeout_scale,
        shrinks: true,
        ..Request::of(lesson, lab, &root.join(&task.files))
    }
}

/// Says that a worker is alive, until it is dropped.
struct Beating {
    end: Option<mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Beating {
    fn begin(run: &RunDir, chunk: &str) -> Self {
        let (end, ended) = mpsc::channel::<()>();
        let (run, chunk) = (run.clone(), chunk.to_owned());
        let thread = std::thread::spawn(move || {
            loop {
                // Whoever cannot say that it is alive will be taken for dead; that is all right.
                let _missed = run.beat(&chunk);
                if ended.recv_timeout(BEAT) != Err(mpsc::RecvTimeoutError::Timeout) {
                    break;
                }
            }
        });
        Self {
            end: Some(end),
            thread: Some(thread),
        }
    }
}

impl Drop for Beating {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _joined = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::run::Chunk;
    use super::super::run::tests::{examined as blank, run};
    use super::*;

    fn finding(id: &str, verdict: Verdict, why: &str) -> Finding {
        Finding {
            id: id.to_owned(),
            claim: String::new(),
            verdict,
            points: if verdict == Verdict::Pass { 10 } else { 0 },
            max_points: 10,
            story: String::new(),
            why: why.to_owned(),
            hint: String::new(),
            teaches: String::new(),
            see: String::new(),
            figures: Vec::new(),
            evidence: Vec::new(),
            repeats: None,
        }
    }

    /// Works on a chunk of one; each examination gives the next of these cards.
    fn worked(
        cards: Vec<Result<Vec<Finding>, BenchError>>,
    ) -> (Vec<Vec<String>>, RunDir, String, tempfile::TempDir) {
        let (dir, run, manifest) = run(&["ada"]);
        let key = manifest.tasks[0].key.clone();
        let chunk = Chunk {
            name: "r1-1".to_owned(),
            keys: vec![key.clone()],
        };
        run.set_chunk(&chunk).unwrap();
        let cards = RefCell::new(cards);
        let asked_for = RefCell::new(Vec::new());
        let examine = |request: &Request| {
            asked_for.borrow_mut().push(request.only.clone());
            let checks = cards.borrow_mut().remove(0)?;
            let mark = Mark {
                key: String::new(),
                chunk: String::new(),
                node: String::new(),
                pid: 0,
                state: State::Begun,
            };
            Ok(Scorecard {
                checks,
                ..blank(&mark).card
            })
        };
        let asked = AtomicBool::new(false);
        work(&run, &manifest, "r1-1", "n1", &examine, &asked).unwrap();
        (asked_for.into_inner(), run, key, dir)
    }

    #[test]
    fn what_could_not_be_decided_is_made_again_and_what_failed_is_not() {
        use Verdict::{Fail, Pass, Unknown};
        let first = vec![
            finding("a", Fail, "lost a race"),
            finding("b", Unknown, "no memory"),
            finding("c", Unknown, "never struck"),
        ];
        let second = vec![
            finding("b", Pass, ""),
            finding("c", Unknown, "never struck"),
        ];
        let third = vec![finding("c", Unknown, "never struck")];
        let (asked_for, run, key, _dir) = worked(vec![Ok(first), Ok(second), Ok(third)]);
        assert_eq!(asked_for, [vec![], vec!["b", "c"], vec!["c"]]);
        let examined = run.examined(&key).unwrap().unwrap();
        let verdicts: Vec<Verdict> = examined.card.checks.iter().map(|f| f.verdict).collect();
        assert_eq!(verdicts, [Fail, Pass, Unknown]);
        assert_eq!(
            (examined.card.score, examined.card.submission.as_str()),
            (10, "ada")
        );
        let reruns: Vec<(&str, bool)> = examined
            .reruns
            .iter()
            .map(|rerun| (rerun.check.as_str(), rerun.is_decided))
            .collect();
        assert_eq!(reruns, [("b", true), ("c", false), ("c", false)]);
    }

    #[test]
    fn what_cannot_be_examined_is_charged_and_says_why() {
        let lost = BenchError::Lost("signal: 9".to_owned());
        let (_, run, key, _dir) = worked(vec![Err(lost)]);
        assert!(!run.has_result(&key));
        let marks = run.marks().unwrap();
        assert_eq!(marks.charges(&key), 1);
        let why = run.why(&marks.of(&key)[0]).unwrap();
        assert_eq!(why, "the worker ended without a result (signal: 9)");
    }

    #[test]
    fn who_is_asked_to_stop_charges_nobody() {
        let (_dir, run, manifest) = run(&["ada", "bob"]);
        let keys: Vec<String> = manifest.tasks.iter().map(|task| task.key.clone()).collect();
        let chunk = Chunk {
            name: "r1-1".to_owned(),
            keys: keys.clone(),
        };
        run.set_chunk(&chunk).unwrap();
        let asked = AtomicBool::new(false);
        let examine = |_: &Request| {
            asked.store(true, Ordering::SeqCst);
            Err(BenchError::Interrupted)
        };
        work(&run, &manifest, "r1-1", "n1", &examine, &asked).unwrap();
        let marks = run.marks().unwrap();
        assert_eq!((marks.charges(&keys[0]), marks.spared(&keys[0])), (0, 1));
        assert!(marks.of(&keys[1]).is_empty());
    }
}
