//! What one run was seen to do: what it was asked, what it printed, what the counter is, who was
//! struck.

use crate::lessons::sight;
use crate::model::experiment::STORE;
use crate::model::recording::FIRST;
use crate::model::{
    Arg, ExitStatus, Experiment, Failure, InputKind, Objection, Recording, Stream, Task, Trial,
    What, World,
};

/// Bytes of the counter.
const SIZE: usize = size_of::<u64>();

/// What a program is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The counter file.
    pub(super) path: String,
    /// Its value at the start.
    pub(super) value: u64,
    /// How many processes.
    pub(super) processes: u64,
    /// How often each adds 1.
    pub(super) times: u64,
}

/// A store that was struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Struck {
    /// Whose it was.
    pub(super) task: Task,
    /// The event at which the store began.
    pub(super) at: usize,
    /// Whether it was to the counter.
    pub(super) is_addition: bool,
}

/// One run, with what was asked of it.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What it was started with.
    pub(super) asked: Asked,
}

impl Asked {
    /// What the program is started with in an experiment of this lab.
    pub(super) fn of(experiment: &Experiment) -> Option<Self> {
        let [path, processes, times] = experiment.runs.first()?.args.as_slice() else {
            return None;
        };
        let is_counter = |file: &&crate::model::InputFile| file.path == *path;
        let file = experiment.files.iter().find(is_counter);
        let content = file.filter(|file| file.kind == InputKind::Content);
        Some(Self {
            path: path.clone(),
            value: content.map_or(0, |file| value(&file.content)),
            processes: processes.parse().ok()?,
            times: times.parse().ok()?,
        })
    }

    /// What the counter is to be in the end.
    pub(super) fn sum(&self) -> u64 {
        self.value
            .wrapping_add(self.processes.wrapping_mul(self.times))
    }
}

/// The counter in a file with this content; what is missing is extended with zeros.
fn value(content: &[u8]) -> u64 {
    let mut bytes = [0; SIZE];
    for (byte, found) in bytes.iter_mut().zip(content) {
        *byte = *found;
    }
    u64::from_le_bytes(bytes)
}

impl<'a> Observed<'a> {
    /// Looks at the run of a trial; every experiment of this lab has one.
    ///
    /// # Errors
    /// Blind if it cannot be judged.
    pub(super) fn new(trial: &Trial<'a>) -> Result<Self, Objection> {
        let recording = sight::recording(trial, 0)?;
        let asked = Asked::of(trial.experiment)
            .ok_or_else(|| Objection::Blind("the experiment has no run of this lab".to_owned()))?;
        Ok(Self { recording, asked })
    }

    /// The store that a fault, or the strike of a sweep, has struck.
    pub(super) fn struck(&self, fault: usize) -> Option<Struck> {
        let mut struck = self.recording.struck();
        let (strike, task, _) = struck.find(|(_, _, struck)| *struck == fault)?;
        let at = self.recording.struck_call(strike)?;
        let What::Enter(_, call) = &self.recording.events[at].what else {
            return None;
        };
        let is_addition = call.name == STORE
            && matches!(call.args.as_slice(), [Arg::Str(path), Arg::Int(at)]
                if path.data == self.asked.path.as_bytes() && (0..SIZE as i64).contains(at));
        Some(Struck {
            task,
            at,
            is_addition,
        })
    }

    /// Fails if a limit ended the run.
    pub(super) fn limited(&self, hint: &str) -> Result<(), Failure> {
        match sight::limited(self.recording, 0) {
            None => Ok(()),
            Some(failure) => Err(self.with_strikes(failure.hint(hint))),
        }
    }

    /// Fails unless the counter, and what is printed, is one of these.
    pub(super) fn counts(&self, due: &[u64], hint: &str) -> Result<(), Failure> {
        let due_words: Vec<String> = due.iter().map(u64::to_string).collect();
        let due_words = due_words.join(" or ");
        let Some(content) = self.recording.file(&self.asked.path) else {
            let failure = Failure::new("COUNTERFILE is not there when it has ended");
            return Err(self.with_end(failure).hint(hint));
        };
        let found = value(content);
        if content.len() < SIZE {
            let why = format!("COUNTERFILE has {} bytes when it has ended", content.len());
            return Err(self.with_end(Failure::new(why)).hint(hint));
        }
        if !due.contains(&found) {
            let why = format!(
                "the counter was {}, and is {found} after {} processes were to add 1 {}: {due_words} \
                 is right",
                self.asked.value,
                self.asked.processes,
                match self.asked.times {
                    1 => "once each".to_owned(),
                    times => format!("{times} times each"),
                }
            );
            return Err(self.with_end(Failure::new(why)).hint(hint));
        }
        let printed = self.recording.received(Stream::Stdout);
        let printed = String::from_utf8_lossy(&printed);
        if printed.trim() != found.to_string() {
            let why = format!("it printed {printed:?}, and the counter is {found}");
            return Err(self
                .with_end(Failure::new(why))
                .hint("What is to come out on standard output, and when do you know it?"));
        }
        Ok(())
    }

    /// Fails unless the first process exits with this status.
    pub(super) fn exits_with(&self, wanted: i32, hint: &str) -> Result<(), Failure> {
        let failure = match self.recording.outcome() {
            Some((_, ExitStatus::Code(code))) if code == wanted => return Ok(()),
            Some((_, status)) => {
                let how = sight::how(status);
                Failure::new(format!("it {how}, and not with status {wanted}"))
            }
            None => Failure::new("its first process was not seen to end"),
        };
        Err(self.with_end(failure).hint(hint))
    }

    /// Fails if anything but the counter file is left.
    pub(super) fn left_nothing(&self) -> Result<(), Failure> {
        let hint = "What of it lives on when a process has ended, whoever it is, and who takes it \
                    away?";
        let file = self.asked.path.strip_prefix("/lab/");
        let mut has_looked = false;
        for (at, world) in self.recording.world() {
            let World::Left(place, names) = world else {
                continue;
            };
            has_looked = true;
            let is_counter = |name: &str| place == "/lab" && Some(name) == file;
            if let Some(name) = names.iter().find(|name| !is_counter(name)) {
                let why = match place.starts_with("/proc/sysvipc/") {
                    true => format!("it has left a System V object, in {place}: {name}"),
                    false => format!("it has left {place}/{name}"),
                };
                return Err(self.with_strikes(Failure::new(why).showing(at).hint(hint)));
            }
        }
        if !has_looked {
            let why = "a process that it started lives on when it has ended";
            return Err(self.with_end(Failure::new(why)).hint(hint));
        }
        Ok(())
    }

    /// Adds the strikes in front of what a failure shows, with the stores that were struck.
    fn with_strikes(&self, failure: Failure) -> Failure {
        let mut shown = Failure {
            evidence: Vec::new(),
            ..failure
        };
        for (strike, ..) in self.recording.struck().take(2) {
            shown = self
                .recording
                .struck_call(strike)
                .into_iter()
                .fold(shown.showing(strike), Failure::showing);
        }
        for event in failure.evidence {
            shown = shown.showing(event.event);
        }
        shown.evidence.sort_by_key(|shown| (shown.run, shown.event));
        shown
    }

    /// Adds the strikes, what was said last on standard error, and how processes ended that were not
    /// struck and did not end well.
    pub(super) fn with_end(&self, failure: Failure) -> Failure {
        let said = self.recording.world();
        let said = said.filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
        let said = said.map(|(at, _)| at).last();
        let ends = self.recording.events.iter().enumerate();
        let ends = ends.filter_map(|(at, event)| match event.what {
            What::End { task, status, .. } if task == FIRST || status != ExitStatus::Code(0) => {
                Some(at)
            }
            _ => None,
        });
        let failure = said
            .into_iter()
            .chain(ends.take(4))
            .fold(failure, Failure::showing);
        self.with_strikes(failure)
    }
}
