//! From a recording to its text.

use std::fmt::{self, Display, Write as _};

use super::escape::write_escaped;
use super::names::{errno_name, signal_name};
use super::open::OpenCalls;
use super::parse::reads_as_word;
use crate::model::recording::{
    Arg, Bytes, Call, Event, ExecState, Fd, Frame, LimitKind, Object, Recording, Returned, STRIKE,
    SigSet, Stream, Task, What, World,
};

impl Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printer::default().print(self, true, f)
    }
}

/// Prints a recording piece by piece, while it grows.
#[derive(Debug, Default)]
pub struct Printer {
    open: OpenCalls,
    at: usize,
}

impl Printer {
    /// Prints what has come since the last time.
    ///
    /// A call at the very end waits for its return, which may yet share its line, unless the
    /// recording `is_complete`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn print(
        &mut self,
        recording: &Recording,
        is_complete: bool,
        f: &mut impl fmt::Write,
    ) -> fmt::Result {
        while let Some(event) = recording.events.get(self.at) {
            let mut next = self.at + 1;
            match &event.what {
                What::Enter(..) if !is_complete && next == recording.events.len() => {
                    return Ok(());
                }
                What::Enter(task, call) => {
                    write!(f, "{task} {}", Shown(call))?;
                    if let Some(returned) = returned_at_once(recording, self.at, *task) {
                        write!(f, " = {}", Answer(returned, &call.name))?;
                        next += 1;
                    } else {
                        f.write_str(" ...")?;
                        self.open.enter(*task, self.at);
                    }
                }
                What::Exit {
                    task,
                    enter,
                    returned,
                } => {
                    let is_expected = self.open.latest(*task) == Some(*enter);
                    write_return(f, recording, self.at, !is_expected)?;
                    let name = call_at(recording, self.at, *enter).map_or("", |call| &call.name);
                    write!(f, " = {}", Answer(returned, name))?;
                    self.open.leave(*task, *enter);
                }
                other => write!(f, "{}", Shown(other))?,
            }
            write_site(f, event)?;
            f.write_char('\n')?;
            self.at = next;
        }
        Ok(())
    }
}

/// The text of the event at `index`, on one line, without the place of the call.
///
/// The entry of a call, and its return, are shown as the whole call with its result; a call that
/// never returned ends in `= ?`, as strace has it. Empty if there is no such event.
pub fn event_line(recording: &Recording, index: usize) -> String {
    let Some(event) = recording.events.get(index) else {
        return String::new();
    };
    let (task, enter, call) = match &event.what {
        What::Enter(task, call) => (*task, index, call),
        What::Exit { task, enter, .. } => match call_at(recording, index, *enter) {
            Some(call) => (*task, *enter, call),
            None => return format!("{task} {}", Unmatched(event)),
        },
        other => return Shown(other).to_string(),
    };
    let answer = recording.events[enter..]
        .iter()
        .find_map(|event| match &event.what {
            What::Exit {
                enter: its,
                returned,
                ..
            } if *its == enter => Some(Answer(returned, &call.name).to_string()),
            _ => None,
        });
    let answer = answer.unwrap_or_else(|| "?".to_owned());
    format!("{task} {} = {answer}", Shown(call))
}

/// A call in a few words, for sentences: its name and what it is about, `read(0<pipe:[1]>)`.
pub fn call_head(call: &Call) -> String {
    let about = call.args.iter().find(|arg| match arg {
        Arg::Fd(fd) => fd.number != libc::AT_FDCWD,
        Arg::Str(bytes) => bytes.len() <= HEAD_MAX,
        _ => false,
    });
    match about {
        Some(arg) => format!("{}({})", Name(&call.name), Shown(arg)),
        None => Name(&call.name).to_string(),
    }
}

/// The longest string that [`call_head`] repeats, in bytes.
const HEAD_MAX: u64 = 100;

/// The answer of the call entered at `enter`, if its return can share the line.
fn returned_at_once(recording: &Recording, enter: usize, task: Task) -> Option<&Returned> {
    let next = recording.events.get(enter + 1)?;
    match &next.what {
        What::Exit {
            task: its_task,
            enter: its_enter,
            returned,
        } if *its_task == task && *its_enter == enter && next.site.is_empty() => Some(returned),
        _ => None,
    }
}

/// The call that the return at event `at` says it belongs to.
fn call_at(recording: &Recording, at: usize, enter: usize) -> Option<&Call> {
    match &recording.events.get(enter).filter(|_| enter < at)?.what {
        What::Enter(_, call) => Some(call),
        _ => None,
    }
}

/// The part of a return before the equals sign.
fn write_return(
    f: &mut impl fmt::Write,
    recording: &Recording,
    at: usize,
    with_index: bool,
) -> fmt::Result {
    let What::Exit { task, enter, .. } = &recording.events[at].what else {
        return Ok(());
    };
    write!(f, "{task} ... ")?;
    match call_at(recording, at, *enter) {
        Some(call) => write!(f, "{}", Name(&call.name))?,
        None => f.write_char('?')?,
    }
    if with_index {
        write!(f, " [{enter}]")?;
    }
    Ok(())
}

/// Shows what it wraps in the text form.
pub(super) struct Shown<'a, T>(pub(super) &'a T);

impl Display for Shown<'_, What> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            What::Enter(task, call) => write!(f, "{task} {}", Shown(call)),
            What::Exit { task, returned, .. } => {
                write!(f, "{task} ... ? = {}", Answer(returned, ""))
            }
            What::Fork {
                task,
                child,
                thread,
            } => {
                let kind = if *thread { "thread" } else { "fork" };
                write!(f, "{task} {kind} {child}")
            }
            What::Exec(task, state) => write!(f, "{task} exec {}", Shown(state)),
            What::Begin(task) => write!(f, "{task} begin"),
            What::Signal(task, signo) => write!(f, "{task} --- {}", signal_name(*signo)),
            What::Stop(task, signo) => write!(f, "{task} stop {}", signal_name(*signo)),
            What::End {
                task,
                status,
                zombies,
            } => write!(f, "{task} +++ {status}{}", Zombies(zombies)),
            What::Rest(zombies) => write!(f, ". rest{}", Zombies(zombies)),
            What::Zombies(zombies) => match zombies.is_empty() {
                true => f.write_str(". zombies"),
                false => write!(f, ".{}", Zombies(zombies)),
            },
            What::State(task, state) => write!(f, "{task} state {}", Shown(state)),
            What::Usage(task, usage) => {
                let (cpu, maxrss) = (usage.cpu_us, usage.maxrss_kib);
                write!(f, "{task} usage cpu={cpu} maxrss={maxrss}")?;
                match usage.private_kib {
                    Some(private) => write!(f, " private={private}"),
                    None => Ok(()),
                }
            }
            What::Struck(task, STRIKE) => write!(f, "{task} !!! strike"),
            What::Struck(task, fault) => write!(f, "{task} !!! {fault}"),
            What::World(world) => write!(f, "* {}", Shown(world)),
        }
    }
}

impl Display for Shown<'_, World> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            World::Sent(bytes) => write!(f, "stdin {}", Shown(bytes)),
            World::Closed => f.write_str("stdin closed"),
            World::OutputClosed => f.write_str("stdout closed"),
            World::Received(Stream::Stdout, bytes) => write!(f, "stdout {}", Shown(bytes)),
            World::Received(Stream::Stderr, bytes) => write!(f, "stderr {}", Shown(bytes)),
            World::Signalled(signo) => write!(f, "signal {}", signal_name(*signo)),
            World::File(path, Some(bytes)) => {
                write!(f, "file {} {}", Quoted(path.as_bytes()), Shown(bytes))
            }
            World::File(path, None) => write!(f, "file {} absent", Quoted(path.as_bytes())),
            World::Mode(path, Some(found)) => write!(
                f,
                "mode {} 0{:o} {}",
                Quoted(path.as_bytes()),
                found.mode,
                found.inode
            ),
            World::Mode(path, None) => write!(f, "mode {} absent", Quoted(path.as_bytes())),
            World::Passed(ms) => write!(f, "passed {ms}"),
            World::Listening(endpoint) => write!(f, "listening {}", Shown(endpoint)),
            World::Started(crowd, count) => {
                write!(f, "clients {} {count}", Quoted(crowd.as_bytes()))
            }
            World::Told(crowd) => write!(f, "tell {}", Quoted(crowd.as_bytes())),
            World::Dismissed(crowd) => write!(f, "dismiss {}", Quoted(crowd.as_bytes())),
            World::Saw(sighting) => write!(f, "saw {}", Shown(&**sighting)),
            World::Replaced(path) => write!(f, "replaced {}", Quoted(path.as_bytes())),
            World::Written(path, bytes) => {
                write!(f, "wrote {} {}", Quoted(path.as_bytes()), Shown(bytes))
            }
            World::HungUp(path) => write!(f, "hung up {}", Quoted(path.as_bytes())),
            World::Left(path, names) => {
                write!(f, "left {} [", Quoted(path.as_bytes()))?;
                for name in names {
                    write!(f, " {}", Quoted(name.as_bytes()))?;
                }
                f.write_str(" ]")
            }
            World::Resized(path, len) => write!(f, "resized {} {len}", Quoted(path.as_bytes())),
            World::Compared(path, Some(found)) => write!(
                f,
                "compared {} len={} same={}",
                Quoted(path.as_bytes()),
                found.len,
                found.same
            ),
            World::Compared(path, None) => {
                write!(f, "compared {} absent", Quoted(path.as_bytes()))
            }
            World::Measured(held) => {
                write!(
                    f,
                    "measured memory={} tasks={} descriptors={}",
                    held.memory_kib, held.tasks, held.descriptors
                )?;
                match held.cpu_us {
                    0 => Ok(()),
                    cpu_us => write!(f, " cpu={cpu_us}"),
                }
            }
            World::Target(said) => write!(f, "target {}", Shown(said)),
            World::Limit(kind, figure) => write!(f, "limit {} {figure}", limit_name(*kind)),
            World::Blind(what) => write!(f, "blind {}", Quoted(what.as_bytes())),
        }
    }
}

impl Display for Shown<'_, Call> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", Name(&self.0.name))?;
        for (nth, arg) in self.0.args.iter().enumerate() {
            if nth > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{}", Shown(arg))?;
        }
        f.write_char(')')
    }
}

impl Display for Shown<'_, Arg> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Arg::Int(number) => write!(f, "{number}"),
            Arg::Fd(fd) => write!(f, "{}", Shown(fd)),
            Arg::Str(bytes) => write!(f, "{}", Shown(bytes)),
            Arg::Word(word) if reads_as_word(word) => f.write_str(word),
            Arg::Word(word) => write_backquoted(f, word),
            Arg::Unknown => f.write_char('?'),
        }
    }
}

impl Display for Shown<'_, Fd> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.number)?;
        match &self.0.object {
            Some(object) => write!(f, "<{}>", Shown(object)),
            None => f.write_str("<?>"),
        }
    }
}

impl Display for Shown<'_, Object> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Object { name, inode } = self.0;
        match (name.as_str(), *inode) {
            ("?", 0) => f.write_str("\\?"),
            (name, 0) => match super::parse::split_inode(name) {
                // Part of the name, and not to be read as an inode number.
                Some((before, _)) => {
                    write_name(f, before)?;
                    f.write_str("\\x20")?;
                    write_name(f, &name[before.len() + 1..])
                }
                None => write_name(f, name),
            },
            (name, inode) => {
                write_name(f, name)?;
                write!(f, " [{inode}]")
            }
        }
    }
}

fn write_name(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    write_escaped(f, name.as_bytes(), b"<>")
}

impl Display for Shown<'_, Bytes> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Quoted(&self.0.data))?;
        if self.0.cut > 0 {
            write!(f, "...{}", self.0.cut)?;
        }
        Ok(())
    }
}

impl Display for Shown<'_, ExecState> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ExecState {
            path,
            fds,
            blocked,
            ignored,
            limits,
        } = self.0;
        write!(f, "{} fds=", Quoted(path.as_bytes()))?;
        for (nth, fd) in fds.iter().enumerate() {
            let comma = if nth > 0 { "," } else { "" };
            write!(f, "{comma}{}", Shown(fd))?;
        }
        write!(f, " blocked={} ignored={}", Shown(blocked), Shown(ignored))?;
        for (nth, (name, soft, hard)) in limits.iter().enumerate() {
            f.write_str(if nth > 0 { "," } else { " limits=" })?;
            write!(f, "{}:{}:{}", Name(name), Amount(*soft), Amount(*hard))?;
        }
        Ok(())
    }
}

impl Display for Shown<'_, SigSet> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('[')?;
        for (nth, signo) in self.0.signals().enumerate() {
            let blank = if nth > 0 { " " } else { "" };
            let name = signal_name(signo);
            write!(f, "{blank}{}", name.strip_prefix("SIG").unwrap_or(&name))?;
        }
        f.write_char(']')
    }
}

impl Display for Shown<'_, Frame> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Frame::Source {
                file,
                line,
                function,
            } => {
                write_escaped(f, file.as_bytes(), b" ")?;
                write!(f, ":{line}")?;
                if !function.is_empty() {
                    f.write_str(" (")?;
                    write_escaped(f, function.as_bytes(), b")")?;
                    f.write_char(')')?;
                }
                Ok(())
            }
            Frame::Native { module, address } => {
                write_escaped(f, module.as_bytes(), b" ")?;
                write!(f, "+0x{address:x}")
            }
        }
    }
}

fn write_site(f: &mut impl fmt::Write, event: &Event) -> fmt::Result {
    for (nth, frame) in event.site.iter().enumerate() {
        let before = if nth > 0 { " < " } else { "  # " };
        write!(f, "{before}{}", Shown(frame))?;
    }
    Ok(())
}

/// What a call returned; the call's name tells whether that is an address.
pub(super) struct Answer<'a>(pub(super) &'a Returned, pub(super) &'a str);

impl Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(returned, name) = *self;
        let value = returned.value;
        match returned.errno {
            Some(errno) if value == -i64::from(errno) => f.write_str("-1")?,
            None if returns_address(name) => write!(f, "{value:#x}")?,
            _ => write!(f, "{value}")?,
        }
        if let Some(object) = &returned.object {
            write!(f, "<{}>", Shown(object))?;
        }
        if let Some(errno) = returned.errno {
            write!(f, " {}", errno_name(errno))?;
        }
        if let Some(offset) = returned.offset {
            write!(f, " @{offset}")?;
        }
        if returned.injected {
            f.write_str(" (injected)")?;
        }
        Ok(())
    }
}

/// Calls whose value is an address, and shown as one.
fn returns_address(name: &str) -> bool {
    matches!(name, "mmap" | "mremap" | "brk" | "shmat")
}

/// The return of a call whose entry is not known.
struct Unmatched<'a>(&'a Event);

impl Display for Unmatched<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.what {
            What::Exit { returned, .. } => write!(f, "... ? = {}", Answer(returned, "")),
            other => write!(f, "{}", Shown(other)),
        }
    }
}

/// A name that is normally an identifier.
pub(super) struct Name<'a>(pub(super) &'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_identifier = !self.0.is_empty()
            && self
                .0
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_identifier {
            f.write_str(self.0)
        } else {
            write_backquoted(f, self.0)
        }
    }
}

fn write_backquoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('`')?;
    write_escaped(f, text.as_bytes(), b"`")?;
    f.write_char('`')
}

pub(super) struct Quoted<'a>(pub(super) &'a [u8]);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        write_escaped(f, self.0, b"\"")?;
        f.write_char('"')
    }
}

struct Zombies<'a>(&'a [Task]);

impl Display for Zombies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_empty() {
            f.write_str(" zombies")?;
        }
        self.0.iter().try_for_each(|task| write!(f, " {task}"))
    }
}

/// A limit's value, as ulimit(1) says it.
struct Amount(u64);

impl Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == u64::MAX {
            f.write_str("unlimited")
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// The word for a limit in the text form.
fn limit_name(kind: LimitKind) -> &'static str {
    super::parse::LIMIT_KINDS
        .iter()
        .find(|(_, its)| *its == kind)
        .map_or("?", |(name, _)| name)
}
