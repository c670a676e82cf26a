//! Who opens descriptors and does not close them: traces a running process for a while.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use crate::model::Frame;
use crate::model::openings::{Openings, Place, SCHEMA, is_library};
use crate::sys::{self, proc};
use crate::tracer::guest::{Followed, Guest};
use crate::tracer::{TraceError, site};

use super::lookup;

/// How often we look whether it is time to go while the process is quiet.
const TICK: Duration = Duration::from_millis(20);

/// Ticks that a process gets to let us go: a thread that waits for a disk cannot.
const PATIENCE: usize = 250;

/// Addresses that are looked up at once.
const AT_ONCE: usize = 256;

/// Targets that are kept of each place.
const TARGETS: usize = 8;

/// Why it cannot be said.
#[derive(Debug, thiserror::Error)]
pub enum WhoError {
    /// The process is gone.
    #[error("process {0} has ended")]
    Gone(i32),
    /// Somebody else traces it; there can be one only.
    #[error("process {pid} is traced by process {tracer} already")]
    Traced {
        /// The process.
        pid: i32,
        /// Who traces it.
        tracer: i32,
    },
    /// The kernel refuses.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// Ticks cannot be had.
    #[error("cannot set a timer")]
    Tick(#[from] io::Error),
}

/// Traces a process until it ends or `is_enough`, and says which lines opened what. `begins` is
/// called when every thread is traced: what happened before has not been seen.
///
/// # Errors
/// If it may not be traced.
pub fn who(
    pid: i32,
    begins: impl FnOnce(),
    is_enough: &mut dyn FnMut() -> bool,
) -> Result<Openings, WhoError> {
    let status = proc::status(pid).map_err(|_| WhoError::Gone(pid))?;
    if status.tracer != 0 {
        let tracer = status.tracer;
        return Err(WhoError::Traced { pid, tracer });
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let directory = proc::working_directory(pid).ok().map(text);
    let name = proc::stat(pid).map(|stat| text(stat.name));
    let command: Vec<String> = proc::command_line(pid)
        .unwrap_or_default()
        .split(|byte| *byte == 0)
        .map(|word| text(word.to_vec()))
        .filter(|word| !word.is_empty())
        .collect();
    let modules = Modules::of(pid);
    let begun = Instant::now();
    let mut guest = Guest::attach(pid)?;
    sys::tick::start(TICK)?;
    let followed = follow(&mut guest, begins, is_enough);
    sys::tick::stop()?;
    followed?;
    let traced_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let has_ended = !proc::stat(pid).is_ok_and(|stat| stat.state != proc::State::Zombie);
    let (places, unseen) = guest.account();
    Ok(Openings {
        schema: SCHEMA,
        pid,
        name: name.unwrap_or_default(),
        command,
        directory,
        traced_ms,
        has_ended,
        places: by_line(pid, symbolised(places, &modules)),
        unseen,
    })
}

fn follow(
    guest: &mut Guest,
    begins: impl FnOnce(),
    is_enough: &mut dyn FnMut() -> bool,
) -> Result<(), TraceError> {
    let mut begins = Some(begins);
    while !is_enough() {
        if guest.has_begun()
            && let Some(begins) = begins.take()
        {
            begins();
        }
        if guest.follow()? == Followed::Gone {
            return Ok(());
        }
    }
    guest.leave();
    // What does not stop now is let go by the kernel at our end.
    let until = Instant::now() + TICK * PATIENCE as u32;
    while guest.follow()? == Followed::On && Instant::now() < until {}
    Ok(())
}

/// The binaries of a process, held while it may still be looked into.
struct Modules(Option<File>);

impl Modules {
    fn of(pid: i32) -> Self {
        Self(File::open(format!("/proc/{pid}/root")).ok())
    }

    fn open(&self, module: &str) -> Option<File> {
        site::open_module(self.0.as_ref()?, module).ok()
    }
}

/// The places with lines of source in the place of addresses, as far as the binaries tell.
fn symbolised(mut places: Vec<Place>, modules: &Modules) -> Vec<Place> {
    let mut wanted: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for frame in places.iter().flat_map(|place| &place.frames) {
        if let Frame::Native { module, address } = frame {
            wanted.entry(module.clone()).or_default().insert(*address);
        }
    }
    let mut known: HashMap<(String, u64), Vec<Frame>> = HashMap::new();
    for (module, addresses) in wanted {
        let addresses: Vec<u64> = addresses.into_iter().collect();
        for part in addresses.chunks(AT_ONCE) {
            let binary = modules.open(&module);
            let found = binary.and_then(|binary| lookup::frames(binary, &module, part));
            for (address, frames) in part.iter().zip(found.unwrap_or_default()) {
                known.insert((module.clone(), *address), frames);
            }
        }
    }
    for place in &mut places {
        place.frames = std::mem::take(&mut place.frames)
            .into_iter()
            .flat_map(|frame| match &frame {
                Frame::Native { module, address } => match known.get(&(module.clone(), *address)) {
                    Some(frames) if frames.is_empty() => vec![frame],
                    Some(frames) if is_library(module) => vec![in_library(module, frames)],
                    Some(frames) => frames.clone(),
                    None => vec![frame],
                },
                Frame::Source { .. } => vec![frame],
            })
            .collect();
    }
    places
}

/// The function of a library: its lines are nobody's who looks for a leak. Distributions build
/// theirs anywhere, so the path of the source does not tell.
fn in_library(module: &str, frames: &[Frame]) -> Frame {
    let function = frames.last().and_then(|frame| match frame {
        Frame::Source { function, .. } => Some(function.clone()),
        Frame::Native { .. } => None,
    });
    Frame::Source {
        file: module.to_owned(),
        line: 0,
        function: function.unwrap_or_default(),
    }
}

/// The places, those with the same line together; those that left most open first.
fn by_line(pid: i32, places: Vec<Place>) -> Vec<Place> {
    let mut lines: Vec<Place> = Vec::new();
    for place in places {
        match lines.iter_mut().find(|known| known.line() == place.line()) {
            Some(known) => known.add(place),
            None => lines.push(place),
        }
    }
    for place in &mut lines {
        let mut targets = BTreeMap::new();
        for number in &place.open {
            if let Ok(target) = proc::descriptor_target(pid, *number) {
                let target = String::from_utf8_lossy(&target).into_owned();
                *targets.entry(target).or_insert(0_u64) += 1;
            }
        }
        let mut targets: Vec<(String, u64)> = targets.into_iter().collect();
        targets.sort_by_key(|(target, count)| (std::cmp::Reverse(*count), target.clone()));
        place.targets = (targets.into_iter().take(TARGETS))
            .map(|(target, _)| target)
            .collect();
    }
    lines.sort_by_key(|place| std::cmp::Reverse((place.opened - place.closed, place.opened)));
    lines
}
