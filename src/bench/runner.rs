//! The runner: a process for one trial. It is the tracer, and it plays the outside world.
//!
//! Single-threaded on purpose: everything that it sees and does has one order.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit};

use crate::gpu;
use crate::model::experiment::{ACTOR, LAB_DIR, SUBMISSION_DIR};
use crate::model::recording::STRIKE;
use crate::model::{
    Bytes, Experiment, Fault, InputFile, InputKind, Likeness, Mode, Payload, Run, Step, World,
};
use crate::sandbox::{self, Bind, BoxLimits, BoxSpec, policy};
use crate::stimulus::actor::pair::BORDER;
use crate::stimulus::clients;
use crate::sys;
use crate::tracer::decode::sets::{self, UnknownWord};
use crate::tracer::{self, Pump, TraceError, Tracer};

use super::boxes::Boxes;
use super::crowds::Crowds;
use super::drive::{Driver, Turn};
use super::inputs::{self, below_lab};
use super::job::{Job, TrialRecord};
use super::streams;

/// How often the runner looks up from waiting.
const TICK: Duration = Duration::from_millis(4);

/// How long the end of killed processes is waited for: the kernel takes apart what they have mapped and
/// opened, and the machine may be busy.
const LONGEST_DEATH: Duration = Duration::from_secs(30);

/// How much is kept of each buffer: more than the longest record of any lab.
const BUFFER: usize = 1 << 20;

/// The most of a collected file that is kept.
const FILE: u64 = 64 << 20;

/// Why a trial could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The job is not one.
    #[error("cannot read the job")]
    Job(#[from] serde_json::Error),
    /// Pipes, ticks, files.
    #[error("cannot {what}")]
    Io {
        /// What was being done.
        what: String,
        /// What the kernel said.
        source: io::Error,
    },
    /// The sandbox.
    #[error("cannot confine the program")]
    Sandbox(#[from] sandbox::SandboxError),
    /// The tracer.
    #[error("cannot trace the program")]
    Trace(#[from] TraceError),
    /// A lab's watch list names no known call.
    #[error("in the experiment's list of watched calls")]
    Watch(#[from] UnknownWord),
    /// A limit is lower here than the one that the program is to begin with.
    #[error(
        "a program may have {wanted} descriptors in this experiment, and this machine permits {most} (the hard limit; ulimit -Hn)"
    )]
    Descriptors {
        /// The soft limit of the experiment.
        wanted: u64,
        /// The hard one of this process.
        most: u64,
    },
    /// The program could not be started.
    #[error("{program}: {why}")]
    Start {
        /// What was to be started.
        program: String,
        /// What the kernel said.
        why: String,
    },
}

fn io_error(what: impl Into<String>) -> impl FnOnce(io::Error) -> RunError {
    move |source| RunError::Io {
        what: what.into(),
        source,
    }
}

/// Makes the trial that `job` asks for, in these boxes, in a process that has done nothing else.
pub(super) fn make(job: &File, boxes: Boxes) -> TrialRecord {
    trial(job, boxes).unwrap_or_else(|error| match error {
        RunError::Start { .. } => TrialRecord {
            cannot_start: Some(error.to_string()),
            ..TrialRecord::default()
        },
        error => TrialRecord::broken(causes(&error).join(": ")),
    })
}

/// Does what every trial begins with, for one that is none: the code and the tables that it takes are
/// mapped for this process then, which takes longer than their work.
pub(super) fn rehearse() {
    let job = Job {
        experiment: Experiment {
            runs: vec![Run::default()],
            ..Experiment::default()
        },
        ..Job::default()
    };
    // Whatever is wrong shows when it is done in earnest.
    let text = serde_json::to_vec(&job).unwrap_or_default();
    let _job = serde_json::from_slice::<Job>(&text);
    let _filter = tracer(&Run::default(), Vec::new()).map(|tracer| filter(&tracer, false));
}

/// An error and its sources, outermost first.
pub fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut causes = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes
}

fn trial(job: &File, mut boxes: Boxes) -> Result<TrialRecord, RunError> {
    let job: Job = serde_json::from_reader(BufReader::new(job))?;
    sys::tick::start(TICK).map_err(io_error("start the tick"))?;
    let mut alive = Vec::new();
    for file in &job.experiment.files {
        alive.extend(inputs::put(&job, file).map_err(io_error(format!("make {}", file.path)))?);
    }
    let mut record = TrialRecord::default();
    for (index, run) in job.experiment.runs.iter().enumerate() {
        let is_struck = index == 0 && job.strike.is_some();
        let is_disk = |file: &&InputFile| index > 0 && matches!(file.kind, InputKind::Disk(_));
        for disk in job.experiment.files.iter().filter(is_disk) {
            inputs::await_room(&job.lab, &disk.path)
                .map_err(io_error(format!("look at {}", disk.path)))?;
        }
        let (traced, trouble) = perform(&job, &mut boxes, run, is_struck)?;
        if is_struck {
            record.points = traced
                .matched
                .iter()
                .find(|(at, _)| *at == STRIKE)
                .map_or(0, |(_, n)| *n);
        }
        let was_cut_short = traced.recording.limit().is_some() || trouble.is_some();
        record.runs.push(traced.recording);
        record.trouble = trouble;
        // What comes after a run that hung proves nothing.
        if was_cut_short || job.is_reference {
            break;
        }
    }
    Ok(record)
}

fn perform(
    job: &Job,
    boxes: &mut Boxes,
    run: &Run,
    is_struck: bool,
) -> Result<(tracer::Traced, Option<String>), RunError> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)
        .map_err(|error| io_error("ask for the limit on descriptors")(error.into()))?;
    let (wanted, _) = run.limits.files;
    if wanted > most {
        return Err(RunError::Descriptors { wanted, most });
    }
    let mut faults: Vec<_> = run.faults.iter().cloned().enumerate().collect();
    if is_struck {
        faults.extend(job.strike.clone().map(|strike| (STRIKE, strike)));
    }
    let mut tracer = tracer(run, faults)?;
    let (for_program, streams) =
        streams::make(run).map_err(io_error("make the standard streams"))?;
    collect(job, run, &mut tracer)?;
    let filter = filter(&tracer, run.allows_rings);
    let mut launched = boxes.launch(spec(job, run), &filter, for_program)?;
    tracer.seize(launched.first, &[launched.init])?;
    let mut crowds = match run.steps.iter().any(|step| matches!(step, Step::Start(_))) {
        true => {
            Some(Crowds::start(launched.first, &job.lab).map_err(io_error("start the clients"))?)
        }
        false => None,
    };
    if let Some(crowds) = &mut crowds {
        if let Some(port) = run.predecessor {
            crowds
                .precede(port)
                .map_err(io_error("play an earlier server"))?;
        }
        tracer.accompany(crowds.pid());
    }
    if let Some(target) = launched.target.take() {
        tracer
            .confront(target)
            .map_err(io_error("play the process that it looks at"))?;
    }
    let mut driver = Driver::new(job, run, streams, crowds);
    launched.release()?;
    let trouble = observe(&mut tracer, &mut driver)?;
    driver.receive_rest(&mut tracer);
    if let Some(why) = launched.exec_error() {
        return Err(RunError::Start {
            program: job.argv.join(" "),
            why: why.to_string(),
        });
    }
    for (place, names) in launched.left(run.lists.len()) {
        tracer.record(World::Left(place.to_string_lossy().into_owned(), names));
    }
    drop(launched);
    collect(job, run, &mut tracer)?;
    for (path, content) in &run.compare {
        let found = compare(&job.lab, path, content).map_err(io_error(format!("read {path}")))?;
        tracer.record(World::Compared(path.clone(), found));
    }
    Ok((tracer.finish(), trouble))
}

/// A tracer for this run.
fn tracer(run: &Run, faults: Vec<(usize, Fault)>) -> Result<Tracer, RunError> {
    let watch = match run.watch.is_empty() {
        true => sets::resolve(&["all"])?,
        false => sets::resolve(&run.watch)?,
    };
    let tracer = Tracer::new(tracer::Options {
        watch,
        depth: tracer::decode::Depth {
            bytes: match run.buffer {
                0 => BUFFER,
                bytes => bytes as usize,
            },
            objects: true,
        },
        wants_sites: true,
        site_prefix: Some(SUBMISSION_DIR.to_owned()),
        measures_usage: run.measures_usage || run.measures_private,
        measures_private: run.measures_private,
        has_rings: run.allows_rings,
        notes_times: false,
        faults,
    })?;
    Ok(tracer)
}

/// What stops for it, and what is refused.
fn filter(tracer: &Tracer, allows_rings: bool) -> Vec<libc::sock_filter> {
    tracer.filter(&policy::refusals(allows_rings))
}

/// Runs the two, the tracer and the world, until the program is no more, or has been killed and stays
/// all the same: a call of which the kernel never comes back, as with a broken ring of io_uring.
fn observe(tracer: &mut Tracer, driver: &mut Driver) -> Result<Option<String>, RunError> {
    let mut trouble = None;
    let mut over_since: Option<Instant> = None;
    let mut looked = Instant::now();
    while !tracer.is_empty() || driver.wants_to_see() {
        let pump = tracer.pump()?;
        if pump == Pump::Gone {
            break;
        }
        if let Some(since) = over_since {
            if since.elapsed() > LONGEST_DEATH {
                break;
            }
            // Whoever was forked while we killed is killed at the next tick.
            if pump == Pump::Tick {
                tracer.kill_tree();
            }
            continue;
        }
        // A program that keeps us busy is looked at as often as one that is quiet.
        let is_due = pump == Pump::Tick || looked.elapsed() >= TICK;
        let is_over = match driver.turn(tracer, is_due) {
            Turn::On => false,
            Turn::Over => true,
            Turn::Broken(why) => {
                trouble = Some(why);
                true
            }
            Turn::Starved => {
                trouble = Some("the machine was too busy to give the program its time".to_owned());
                true
            }
        };
        if is_due {
            looked = Instant::now();
        }
        // If nobody is left, the box's init is about to tell what they have left behind.
        if is_over {
            over_since = Some(Instant::now());
            if !tracer.is_empty() {
                tracer.kill_tree();
            }
        }
    }
    Ok(trouble)
}

fn spec(job: &Job, run: &Run) -> BoxSpec {
    let mut binds = job.binds.clone();
    let bind = |source: &Path, target: &str, is_writable| Bind {
        source: source.to_owned(),
        target: target.into(),
        is_writable,
    };
    binds.push(bind(&job.submission, SUBMISSION_DIR, false));
    binds.push(bind(&job.lab, LAB_DIR, true));
    if let Some(actor) = job.actor.as_deref().filter(|_| run.meets_actor()) {
        binds.push(bind(actor, ACTOR, false));
    }
    BoxSpec {
        argv: argv(job, run),
        env: job
            .env
            .iter()
            .chain(&run.env)
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        binds,
        lists: run.lists.iter().map(Into::into).collect(),
        target: run
            .target
            .iter()
            .flat_map(|args| std::iter::once(ACTOR.into()).chain(args.iter().map(Into::into)))
            .collect(),
        cwd: SUBMISSION_DIR.into(),
        has_network: true,
        has_terminal: run.has_terminal,
        devices: match run.has_device {
            true => gpu::cuda::nodes(),
            false => Vec::new(),
        },
        host_uid: job.host_uid,
        limits: BoxLimits {
            processes: run.limits.tasks * 2,
            file_size: run.limits.file_size,
            files: run.limits.files,
            shm_kib: run.limits.shm_kib,
            ..BoxLimits::default()
        },
        ..BoxSpec::default()
    }
}

/// What starts the run's first process.
fn argv(job: &Job, run: &Run) -> Vec<OsString> {
    let mut words: Vec<&str> = Vec::new();
    if !run.led_by.is_empty() {
        words.push(ACTOR);
        words.extend(run.led_by.iter().map(String::as_str));
        words.push(BORDER);
    }
    words.extend(job.argv.iter().map(String::as_str));
    if !run.led_by.is_empty() {
        words.push(BORDER);
    }
    words.extend(run.args.iter().map(String::as_str));
    words.into_iter().map(Into::into).collect()
}

/// Records the files that the experiment asks for, as they are now.
fn collect(job: &Job, run: &Run, tracer: &mut Tracer) -> Result<(), RunError> {
    for path in &run.collect {
        let content =
            read_hostile(&job.lab, below_lab(path)).map_err(io_error(format!("read {path}")))?;
        tracer.record(World::File(path.clone(), content));
    }
    for path in &run.modes {
        let found = fs::symlink_metadata(job.lab.join(below_lab(path)));
        let mode = found.ok().map(|found| Mode {
            mode: found.mode(),
            inode: found.ino(),
        });
        tracer.record(World::Mode(path.clone(), mode));
    }
    Ok(())
}

/// Opens a file that a submission may have put there: regular files only, no links; `None` where
/// there is none such, whatever else may lie there.
fn open_hostile(lab: &Path, path: &Path) -> io::Result<Option<File>> {
    match sys::beneath::open_regular(File::open(lab)?, path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if is_no_file(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// How such a file compares with what it is to be compared with.
fn compare(lab: &Path, path: &str, content: &Payload) -> io::Result<Option<Likeness>> {
    let Some(mut file) = open_hostile(lab, below_lab(path))? else {
        return Ok(None);
    };
    let len = file.metadata()?.len();
    let same = clients::common(content, &mut file)?;
    Ok(Some(Likeness { len, same }))
}

/// Reads such a file, capped.
fn read_hostile(lab: &Path, path: &Path) -> io::Result<Option<Bytes>> {
    let Some(file) = open_hostile(lab, path)? else {
        return Ok(None);
    };
    let len = file.metadata()?.len();
    let mut data = Vec::new();
    file.take(FILE).read_to_end(&mut data)?;
    let cut = len.saturating_sub(data.len() as u64);
    Ok(Some(Bytes { data, cut }))
}

/// Whether it is the kernel's way to say that no regular file has this name.
fn is_no_file(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        // Nothing; no directory on the way; a socket or device; a FIFO; a directory; a link.
        Some(
            libc::ENOENT | libc::ENOTDIR | libc::ENXIO | libc::EINVAL | libc::EISDIR | libc::ELOOP
        )
    )
}
