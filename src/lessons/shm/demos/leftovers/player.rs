//! A process with a /dev/shm and System V memory of its own, whose children make shared memory and
//! are killed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use anyhow::bail;
use nix::fcntl::posix_fallocate;
use nix::mount::{MsFlags, mount};
use nix::sched::CloneFlags;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, raise};
use nix::sys::statvfs::statvfs;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{getegid, geteuid};

use super::python::{SCENES, Scene};
use crate::lessons::player::{answer, order};
use crate::sys::mapping::{How, Mapping};
use crate::sys::memory::PAGE;
use crate::sys::namespace::{self, IdRange};
use crate::sys::{proc, process, shared, system_v};

/// Bytes that are made.
pub(super) const SIZE: u64 = 4 << 20;
/// Bytes that fit into /dev/shm.
pub(super) const ROOM: u64 = 16 << 20;
/// Bytes that do not.
pub(super) const TOO_MUCH: u64 = 24 << 20;

/// A name is made, and stays.
pub(super) const NAME: &str = "name";
/// A name is made, and the process is killed before it could remove it.
pub(super) const BETWEEN: &str = "between";
/// A name is made, and removed at once.
pub(super) const UNLINKED: &str = "unlinked";
/// There is no name.
pub(super) const MEMFD: &str = "memfd";
/// A segment is made, and stays.
pub(super) const SEGMENT: &str = "segment";
/// A segment is made, and removed at once.
pub(super) const REMOVED: &str = "removed";

/// More is stored than there is room for.
pub(super) const STORE: &str = "store";
/// More is written.
pub(super) const WRITE: &str = "write";
/// More is asked for.
pub(super) const ALLOCATE: &str = "allocate";

/// How an answer begins that says why there are no namespaces.
pub(super) const REFUSED: &str = "refused: ";
/// How an answer begins that says which signal ended a process.
pub(super) const SIGNAL: &str = "signal ";
/// The answer if there is no Python that could be asked.
pub(super) const NO_PYTHON: &str = "no python";

/// The directory of names.
const NAMES: &str = "/dev/shm";

/// Makes the namespaces, and plays what it is told in them.
pub(in super::super) fn play(_args: &[String]) -> anyhow::Result<()> {
    let player = std::process::id().cast_signed();
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    let own = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC;
    let mut why = None;
    for flags in [own, own | CloneFlags::CLONE_NEWUSER] {
        match namespace::fork_into(flags) {
            Ok(Some(_)) => {
                while process::reap_one(true).is_ok() {}
                return Ok(());
            }
            Ok(None) => {
                process::die_with_parent(player)?;
                let ids = flags
                    .contains(CloneFlags::CLONE_NEWUSER)
                    .then_some((user, group));
                return inside(ids);
            }
            Err(error) => why = Some(error),
        }
    }
    let why = why.map_or_else(String::new, |error| error.to_string());
    answer(&format!("{REFUSED}{why}"))?;
    Ok(())
}

/// The life of the process in the namespaces; in a new user namespace, its ids outside.
fn inside(ids: Option<(u32, u32)>) -> anyhow::Result<()> {
    if let Err(error) = furnished(ids) {
        answer(&format!("{REFUSED}{error}"))?;
        return Ok(());
    }
    answer("ready")?;
    while let Some(order) = order()? {
        if let Some(scene) = SCENES.iter().find(|scene| scene.order == order) {
            python(scene)?;
            continue;
        }
        match order.as_str() {
            STORE | WRITE | ALLOCATE => answer(&filled(&order)?)?,
            kind => {
                killed(|| make(kind))?;
                answer(&left()?)?;
            }
        }
        tidy()?;
    }
    Ok(())
}

/// A /dev/shm of its own.
fn furnished(ids: Option<(u32, u32)>) -> io::Result<()> {
    if let Some((user, group)) = ids {
        let range = |outside| IdRange {
            inside: 0,
            outside,
            count: 1,
        };
        namespace::map_own_ids(range(user), range(group))?;
    }
    // Else it would be mounted outside as well.
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    let options = format!("size={ROOM},mode=1777");
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(
        Some("tmpfs"),
        NAMES,
        Some("tmpfs"),
        flags,
        Some(options.as_str()),
    )?;
    Ok(())
}

/// Forks a process that does this, and is killed then.
fn killed(act: impl FnOnce() -> io::Result<()>) -> anyhow::Result<()> {
    let Some(pid) = process::fork()? else {
        if act().is_ok() {
            let _dead = raise(Signal::SIGKILL);
        }
        std::process::exit(1);
    };
    match waitpid(pid, None)? {
        WaitStatus::Signaled(..) => Ok(()),
        _ => bail!("the shared memory could not be made"),
    }
}

/// A new name, opened.
fn named() -> io::Result<(String, File)> {
    let path = format!("{NAMES}/syslab-{}", std::process::id());
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    Ok((path, file))
}

/// Fills an object that is new.
fn fill(mut object: &File) -> io::Result<()> {
    object.write_all(&vec![b'x'; SIZE as usize])
}

/// Makes shared memory of this kind; a segment is not removed before this process has it.
fn make(kind: &str) -> io::Result<()> {
    match kind {
        NAME => fill(&named()?.1),
        BETWEEN => named().map(drop),
        UNLINKED => {
            let (path, object) = named()?;
            fs::remove_file(path)?;
            fill(&object)
        }
        MEMFD => fill(&shared::unnamed(0)?),
        SEGMENT | REMOVED => {
            let id = system_v::make(SIZE as usize)?;
            system_v::fill(id, SIZE as usize)?;
            match kind {
                REMOVED => system_v::remove(id),
                _ => Ok(()),
            }
        }
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// Names, segments, and the bytes that they take up.
fn left() -> anyhow::Result<String> {
    let names = fs::read_dir(NAMES)?.count();
    let segments = proc::segments()?;
    let room = statvfs(NAMES)?;
    let used = (room.blocks() - room.blocks_free()) * room.fragment_size();
    let resident: u64 = segments.iter().map(|segment| segment.resident).sum();
    Ok(format!("{names} {} {}", segments.len(), used + resident))
}

/// Removes what is left.
fn tidy() -> anyhow::Result<()> {
    for entry in fs::read_dir(NAMES)? {
        fs::remove_file(entry?.path())?;
    }
    for segment in proc::segments()? {
        system_v::remove(segment.id)?;
    }
    Ok(())
}

/// Uses more room than there is, in one of the ways, in a process of its own; says how that ended.
fn filled(way: &str) -> anyhow::Result<String> {
    let (mut reader, writer) = io::pipe()?;
    let Some(pid) = process::fork()? else {
        let _any = setrlimit(Resource::RLIMIT_CORE, 0, 0);
        if let Err(error) = overfill(way) {
            let _gone = (&writer).write_all(error.to_string().as_bytes());
        }
        std::process::exit(0);
    };
    drop(writer);
    let said = io::read_to_string(&mut reader)?;
    Ok(match waitpid(pid, None)? {
        WaitStatus::Signaled(_, signal, _) => format!("{SIGNAL}{}", signal as i32),
        _ if said.is_empty() => "there was room".to_owned(),
        _ => said,
    })
}

fn overfill(way: &str) -> io::Result<()> {
    let (_, mut object) = named()?;
    object.set_len(TOO_MUCH)?;
    match way {
        STORE => {
            let memory = Mapping::new(&object, How::default())?;
            for at in (0..memory.len()).step_by(PAGE as usize) {
                memory.set_byte(at, b'x');
            }
            Ok(())
        }
        WRITE => object.write_all(&vec![b'x'; TOO_MUCH as usize]),
        _ => Ok(posix_fallocate(&object, 0, TOO_MUCH.cast_signed())?),
    }
}

/// Runs a Python program until all who have its standard error have ended; answers with the number
/// of lines that were said, the lines, and what is left.
fn python(scene: &Scene) -> anyhow::Result<()> {
    let run = Command::new("python3")
        .args(["-c", scene.source])
        .stdin(Stdio::null())
        .output();
    let (said, is_able) = match &run {
        Ok(output) => {
            let all = [&output.stderr[..], &output.stdout[..]].concat();
            let said = String::from_utf8_lossy(&all).into_owned();
            let is_able = !said.contains("ModuleNotFoundError");
            (said, is_able)
        }
        Err(_) => (String::new(), false),
    };
    if !is_able {
        answer(NO_PYTHON)?;
        return Ok(());
    }
    // What the warning quotes of its own source says nothing, and an exception may be long.
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with([' ', '!']))
        .collect();
    answer(&lines.len().to_string())?;
    for line in lines {
        answer(line)?;
    }
    answer(&left()?)?;
    tidy()
}
