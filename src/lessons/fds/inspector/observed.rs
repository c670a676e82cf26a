//! What a submission printed, and what the process that it looked at held.

use crate::lessons::sight::{self, how};
use crate::model::{ExitStatus, Failure, Objection, Recording, Stream, Trial, World};
use crate::stimulus::actor::hold::{ANYTHING, Held, MANY, NOT_HERE};

/// Fields of a line.
const FIELDS: usize = 4;

/// One run.
pub(super) struct Observed<'a> {
    /// Its place in the trial.
    pub(super) run: usize,
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What the process said that it holds.
    pub(super) held: Vec<Held>,
    /// Where it said so.
    pub(super) said: Option<usize>,
    /// How many it holds that are not listed one by one: of all kinds, and sockets.
    pub(super) many: Option<(u64, u64)>,
}

/// One line that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The whole line.
    pub(super) text: Vec<u8>,
    /// Its number, if its first field is one.
    pub(super) number: Option<i32>,
    /// Kind, mode and target; `None` if there are not exactly four fields.
    pub(super) fields: Option<[Vec<u8>; 3]>,
}

impl Line {
    fn of(text: &[u8]) -> Self {
        let fields: Vec<&[u8]> = text.split(|byte| *byte == b'\t').collect();
        let digits = fields
            .first()
            .and_then(|first| std::str::from_utf8(first).ok());
        let is_plain = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits
            .filter(is_plain)
            .and_then(|digits| digits.parse().ok());
        let rest = match (fields.len(), fields.as_slice()) {
            (FIELDS, [_, kind, mode, target]) => {
                Some([kind, mode, target].map(|field| field.to_vec()))
            }
            _ => None,
        };
        Self {
            text: text.to_vec(),
            number,
            fields: rest,
        }
    }
}

impl<'a> Observed<'a> {
    /// Run number `run` of the trial.
    ///
    /// # Errors
    /// If it could not be seen to its end, or a limit ended it; blind if the process could not be
    /// what it should.
    pub(super) fn new(trial: &Trial<'a>, run: usize) -> Result<Self, Objection> {
        let observed = Self::unlimited(trial, run)?;
        match sight::limited(observed.recording, run) {
            Some(failure) => Err(sight::hinted(
                failure.into(),
                "what does the program wait for at that line, and who could give it?",
            )),
            None => Ok(observed),
        }
    }

    /// The same, also if a limit ended it.
    pub(super) fn unlimited(trial: &Trial<'a>, run: usize) -> Result<Self, Objection> {
        let recording = sight::recording(trial, run)?;
        let mut said = recording.world().filter_map(|(at, world)| match world {
            World::Target(bytes) => Some((at, bytes.data.as_slice())),
            _ => None,
        });
        let (at, report) = match said.next() {
            Some((at, report)) => (Some(at), report),
            None => (None, &[][..]),
        };
        let many = report
            .split(|byte| *byte == b'\n')
            .find_map(|line| std::str::from_utf8(line).ok()?.strip_prefix(MANY))
            .and_then(|counts| {
                let mut counts = counts.split_ascii_whitespace().map(str::parse);
                Some((counts.next()?.ok()?, counts.next()?.ok()?))
            });
        Ok(Self {
            run,
            recording,
            held: Held::parse(report),
            said: at,
            many,
        })
    }

    /// Says that the judge is blind where the process does not hold what the experiment wants
    /// (IPv6 may be missing, where it is the rest that is judged).
    pub(super) fn needs(&self, is_there: bool) -> Result<(), Objection> {
        if is_there {
            return Ok(());
        }
        let report = self.recording.world().find_map(|(_, world)| match world {
            World::Target(said) => Some(String::from_utf8_lossy(&said.data).into_owned()),
            _ => None,
        });
        let report = report.unwrap_or_default();
        let why = report.lines().find_map(|line| line.strip_prefix(NOT_HERE));
        let why = why.unwrap_or("the process to look at did not say what it holds");
        Err(Objection::Blind(format!(
            "cannot be had here: {}",
            why.trim()
        )))
    }

    /// Everything that was printed.
    pub(super) fn output(&self) -> Vec<u8> {
        let parts = self.recording.world().filter_map(|(_, world)| match world {
            World::Received(Stream::Stdout, bytes) => Some(bytes.data.as_slice()),
            _ => None,
        });
        parts.collect::<Vec<_>>().concat()
    }

    /// The lines of it.
    pub(super) fn lines(&self) -> Vec<Line> {
        let output = self.output();
        let output = output.strip_suffix(b"\n").unwrap_or(&output);
        if output.is_empty() {
            return Vec::new();
        }
        output.split(|byte| *byte == b'\n').map(Line::of).collect()
    }

    /// Whether anything was said on standard error.
    pub(super) fn has_message(&self) -> bool {
        self.recording.world().any(|(_, world)| {
            matches!(world, World::Received(Stream::Stderr, bytes)
                if bytes.data.iter().any(|byte| !byte.is_ascii_whitespace()))
        })
    }

    /// How the first process ended, and where.
    ///
    /// # Errors
    /// Blind if it was not seen to.
    pub(super) fn end(&self) -> Result<(usize, ExitStatus), Objection> {
        let end = self.recording.outcome();
        end.ok_or_else(|| Objection::Blind("the program was not seen to end".to_owned()))
    }

    /// Fails unless it exits 0.
    pub(super) fn exits_0(&self, hint: &str) -> Result<(), Objection> {
        match self.end()? {
            (_, ExitStatus::Code(0)) => Ok(()),
            (at, status) => {
                let why = format!("it {}", how(status));
                let failure = self.with_messages(Failure::new(why).hint(hint));
                Err(failure.showing_in(self.run, at).into())
            }
        }
    }

    /// Adds what was said on standard error, as far as it is a few lines.
    pub(super) fn with_messages(&self, mut failure: Failure) -> Failure {
        const SHOWN: usize = 3;
        let said = self
            .recording
            .world()
            .filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
        for (at, _) in said.take(SHOWN) {
            failure = failure.showing_in(self.run, at);
        }
        failure
    }

    /// Adds the calls by which it asked about a descriptor, and what came out of it.
    pub(super) fn asking_about(&self, mut failure: Failure, number: i32) -> Failure {
        const SHOWN: usize = 4;
        let name = format!("/{number}");
        let asked = self.recording.calls().filter(|made| {
            made.call.args.iter().any(|arg| match arg {
                crate::model::Arg::Str(path) => {
                    path.data.ends_with(name.as_bytes()) || path.data == name.as_bytes()[1..]
                }
                _ => false,
            })
        });
        for made in asked.take(SHOWN) {
            failure = failure.showing_in(self.run, made.exit.unwrap_or(made.enter));
        }
        failure
    }
}

/// Whether this may be said of where a descriptor leads.
pub(super) fn is_target(held: &Held, said: &[u8]) -> bool {
    held.targets.iter().any(|target| match target.as_slice() {
        ANYTHING => !said.is_empty(),
        target => target == said,
    })
}

/// Bytes in quotes, for people.
pub(super) fn quoted(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes.escape_ascii())
}
