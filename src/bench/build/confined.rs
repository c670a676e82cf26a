//! Running a compiler: in the sandbox, untraced, with limits of its own.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::toolchain::Tools;
use super::{BuildError, environment, typed};
use crate::model::ExitStatus;
use crate::model::experiment::SUBMISSION_DIR;
use crate::model::text::signal_name;
use crate::probes;
use crate::sandbox::{Bind, BoxLimits, BoxSpec, Launched, Workshop, launch, policy};
use crate::sys::paper;

/// Processor time of each process of a build, seconds.
const CPU_S: u64 = 120;

/// How long a build may take altogether, seconds. Only ends builds that hang.
pub(super) const WALL_S: u64 = 600;

/// Memory of all processes of a build together, KiB.
pub(super) const MEMORY_KIB: u64 = 6 * 1024 * 1024;

/// How often the memory of a build is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a build may use up: a compiler needs more than a learner's program.
const LIMITS: BoxLimits = BoxLimits {
    data_kib: 4 * 1024 * 1024,
    files: (4096, 4096),
    processes: 256,
    file_size: 512 << 20,
    tmp_kib: 512 * 1024,
    shm_kib: 0,
    cpu_s: CPU_S,
};

/// How much of a compiler's output is kept. The first errors are the ones that matter.
const KEPT_OUTPUT: u64 = 16 * 1024;

/// How much is read of what a tool says to programs: cargo says a kilobyte of every crate, and at
/// last where the program is; an oracle says all that a check is made of.
const KEPT_MESSAGES: u64 = 64 * 1024 * 1024;

/// Runs a command in the sandbox, untraced, with the submission writable.
pub(super) fn execute(
    workshop: &Workshop,
    tools: &Tools,
    command: &[String],
) -> Result<Said, BuildError> {
    Confined::at_submission(workshop, tools.clone(), Vec::new()).execute(command)
}

/// What a command that is not traced finds in its box.
pub struct Confined<'a> {
    /// Whose box it is.
    pub workshop: &'a Workshop,
    /// The tools that it calls.
    pub tools: Tools,
    /// The directory that it works on, and in.
    pub place: Bind,
    /// What else it sees.
    pub also: Vec<Bind>,
    /// Its standard input.
    pub input: Vec<u8>,
}

impl<'a> Confined<'a> {
    /// A command that works on the submission, and may write to it.
    pub(super) fn at_submission(workshop: &'a Workshop, tools: Tools, also: Vec<Bind>) -> Self {
        Self {
            workshop,
            tools,
            place: Bind {
                source: workshop.submission_dir(),
                target: SUBMISSION_DIR.into(),
                is_writable: true,
            },
            also,
            input: Vec::new(),
        }
    }

    /// Runs a command, and waits for its end.
    ///
    /// # Errors
    /// What is wrong with the box, or with the command: also if it does not exit with status 0.
    pub fn execute(&self, command: &[String]) -> Result<Said, BuildError> {
        match self.attempt(command)? {
            (ExitStatus::Code(0), said) => Ok(said),
            (status, said) => Err(BuildError::Failed {
                command: typed(command),
                status: how(status),
                output: said.all()?,
            }),
        }
    }

    /// Runs a command, and waits for its end, whatever that is.
    ///
    /// # Errors
    /// What is wrong with the box; or if the command does not end, or takes too much memory.
    pub fn attempt(&self, command: &[String]) -> Result<(ExitStatus, Said), BuildError> {
        let Self {
            workshop,
            tools,
            place,
            also,
            input,
        } = self;
        let (output, errors) = (Paper::new()?, Paper::new()?);
        let spec = BoxSpec {
            target: Vec::new(),
            argv: command.iter().map(OsString::from).collect(),
            env: environment(tools)
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            lists: Vec::new(),
            cwd: place.target.clone(),
            binds: std::iter::once(place.clone())
                .chain(also.iter().cloned())
                .chain(tools.binds())
                .collect(),
            limits: LIMITS,
            host_uid: workshop.host_uid(),
            has_network: false,
            has_terminal: false,
            devices: Vec::new(),
            root: workshop.root(),
            rung: workshop.confinement().rung,
        };
        let input = paper::holding(input);
        let stdio = [
            input
                .map_err(|error| BuildError::Io("hand over the input", error))?
                .into(),
            output.writer()?,
            errors.writer()?,
        ];
        let mut launched = launch(&spec, &policy::filter(false), stdio)?;
        launched.release()?;
        let status = watch(&mut launched, command);
        launched.finish();
        let said = Said { output, errors };
        match status? {
            Some(status) => Ok((status, said)),
            None => Err(BuildError::TimedOut {
                command: typed(command),
                output: said.all()?,
            }),
        }
    }
}

/// How a command ended, in words.
pub(super) fn how(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => format!("exit status {code}"),
        ExitStatus::Signal(libc::SIGXCPU) => {
            format!("SIGXCPU: more than {CPU_S} seconds of processor time")
        }
        ExitStatus::Signal(signal) => signal_name(signal),
    }
}

/// Waits for the end of a build; `None` if it did not end in time.
fn watch(launched: &mut Launched, command: &[String]) -> Result<Option<ExitStatus>, BuildError> {
    let deadline = Instant::now() + Duration::from_secs(WALL_S);
    loop {
        let now = Instant::now();
        let status = launched.wait(deadline.min(now + LOOK_EVERY))?;
        if status.is_some() || now >= deadline {
            return Ok(status);
        }
        // The limits hold for each process; this is for all of them.
        if probes::process::held_kib(launched.init) > MEMORY_KIB {
            return Err(BuildError::TooMuchMemory {
                command: typed(command),
            });
        }
    }
}

/// What a command said.
pub struct Said {
    output: Paper,
    errors: Paper,
}

impl Said {
    /// The beginning of both, for people.
    pub(super) fn all(self) -> Result<String, BuildError> {
        Ok(self.output.read(KEPT_OUTPUT)? + &self.errors.read(KEPT_OUTPUT)?)
    }

    /// Its standard output, for programs, and the beginning of its standard error, for people.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn apart(self) -> Result<(String, String), BuildError> {
        Ok((
            self.output.read(KEPT_MESSAGES)?,
            self.errors.read(KEPT_OUTPUT)?,
        ))
    }
}

/// A file in memory that a command writes to. Limits on file sizes apply to it.
struct Paper(File);

impl Paper {
    fn new() -> Result<Self, BuildError> {
        let paper = paper::blank().map_err(|error| BuildError::Io("keep the output", error))?;
        Ok(Self(paper))
    }

    fn writer(&self) -> Result<OwnedFd, BuildError> {
        let copy = self.0.try_clone();
        Ok(copy
            .map_err(|error| BuildError::Io("keep the output", error))?
            .into())
    }

    /// The beginning of what was written.
    fn read(mut self, most: u64) -> Result<String, BuildError> {
        let mut kept = Vec::new();
        let length = self
            .0
            .rewind()
            .and_then(|()| (&mut self.0).take(most).read_to_end(&mut kept))
            .and_then(|_| self.0.metadata())
            .map_err(|error| BuildError::Io("read the output", error))?
            .len();
        let mut text = printable(&String::from_utf8_lossy(&kept));
        if length > most {
            text += &format!("\n[{} more bytes]\n", length - most);
        }
        Ok(text)
    }
}

/// The text without what a terminal would interpret: a compiler quotes its input.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() && !matches!(char, '\n' | '\t') {
            printable.extend(char.escape_default());
        } else {
            printable.push(char);
        }
    }
    printable
}
