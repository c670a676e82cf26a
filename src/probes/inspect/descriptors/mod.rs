//! What a running process has open, in every detail that the kernel tells.
//!
//! [`descriptors`] takes the [`Table`]. The process goes on meanwhile: a descriptor that was closed
//! while we looked is left out.

mod one;
mod shared;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::SystemTime;

use super::Depth;
use super::holders::{end, holder, search};
use super::parallel::in_parallel;
use super::process::{age, is_refusal, milliseconds, reason, text, words};
use super::sockets::Sockets;
use crate::model::snapshot::{End, Holder, Target};
use crate::model::table::{HOLDERS, Kind, Mode, SCHEMA, Socket, Table};
use crate::sys::kcmp::Of;
use crate::sys::{clock, proc};
use one::Seen;

/// Of descriptors that are so many of a kind or of a file, [`Depth::Usual`] asks what all of them
/// have in common only.
const ALIKE: usize = 8;

/// More than this are not looked at one by one, unless everything is wanted.
const CLOSELY: usize = 1024;

/// Takes the descriptor table of a process.
///
/// With [`Depth::Usual`] offsets, flags and what else is told of each kind are left out where many
/// descriptors are alike, and whether they share a description where there are very many.
///
/// # Errors
/// ENOENT or ESRCH if the process is gone.
pub fn descriptors(pid: i32, depth: Depth) -> io::Result<Table> {
    let now = SystemTime::now();
    let stat = proc::stat(pid)?;
    let limits = proc::limits(pid).unwrap_or_default();
    let limit = limits.iter().find(|limit| limit.name == "NOFILE");
    let finite = |limit: u64| (limit != u64::MAX).then_some(limit);
    let mut table = Table {
        schema: SCHEMA,
        taken: clock::rfc3339(now),
        pid,
        name: text(&stat.name),
        command: words(&proc::command_line(pid).unwrap_or_default()),
        started_ticks: stat.started,
        age_ms: milliseconds(age(stat.started, clock::since_boot())),
        limit: limit.and_then(|limit| finite(limit.soft)),
        hard_limit: limit.and_then(|limit| finite(limit.hard)),
        descriptors: Vec::new(),
        table_shared_with: Vec::new(),
        unseen: 0,
        refused: BTreeMap::new(),
    };
    // Other processes are read meanwhile: it takes about as long.
    let (seen, (others, unseen)) = thread::scope(|scope| {
        let others = scope.spawn(|| elsewhere(pid));
        let seen = read(pid, depth);
        let others = others.join();
        (
            seen,
            others.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    });
    table.unseen = unseen;
    let seen = match seen {
        Ok(seen) => seen,
        // A zombie has no table any more, and its directory is root's, whoever it was.
        Err(_) if proc::stat(pid)?.state == proc::State::Zombie => Vec::new(),
        Err(error) if is_refusal(&error) => {
            table.refused.insert("descriptors".into(), reason(&error));
            return Ok(table);
        }
        Err(error) => return Err(error),
    };
    let mut sockets = Sockets::default();
    let open: HashMap<i32, &Seen> = seen.iter().map(|one| (one.number, one)).collect();
    let seen_sockets = seen.iter().filter(|one| one.is_socket());
    let told: HashMap<i32, Socket> = seen_sockets
        .map(|one| (one.number, socket(pid, one, &mut sockets)))
        .collect();
    let parts = in_parallel(&seen, |seen| {
        let told = |one: &Seen| one.told(told.get(&one.number).cloned(), &open);
        seen.iter().map(told).collect::<Vec<_>>()
    });
    table.descriptors = parts.into_iter().flatten().collect();
    note_holders(&mut table, &seen, &others, &sockets, depth);
    Ok(table)
}

/// Reads the table.
fn read(pid: i32, depth: Depth) -> io::Result<Vec<Seen>> {
    let table = proc::Table::of(pid)?;
    let (numbers, count) = (table.numbers()?, table.count()?);
    let has_details = depth == Depth::All;
    let found = AtomicUsize::new(0);
    let parts = in_parallel(&numbers, |numbers| {
        if count > 0 && found.load(Ordering::Relaxed) >= count {
            // Behind the last one.
            return Vec::new();
        }
        let seen = numbers
            .iter()
            .map(|number| Seen::of(&table, *number, has_details));
        // What fails is not open, or not any more.
        let seen: Vec<Seen> = seen.filter_map(Result::ok).collect();
        found.fetch_add(seen.len(), Ordering::Relaxed);
        seen
    });
    let mut seen: Vec<Seen> = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for part in parts {
        seen.extend(part);
    }
    let looks = closer_looks(&seen, depth);
    let parts = in_parallel(&looks, |looks| {
        let look = |look: &Look| {
            let one = &seen[look.at];
            let details = look.is_close.then(|| one.details(&table)).flatten();
            (look.at, details, one.referent(&table))
        };
        looks.iter().map(look).collect::<Vec<_>>()
    });
    for (at, details, referent) in parts.into_iter().flatten() {
        seen[at].know(details, referent);
    }
    // Closed between the two looks.
    seen.retain(Seen::is_known);
    one::pass_on(&mut seen);
    Ok(seen)
}

/// A closer look at a descriptor.
struct Look {
    /// Its index.
    at: usize,
    /// Whether its `fdinfo` is read, too.
    is_close: bool,
}

/// Which descriptors are worth a closer look.
fn closer_looks(seen: &[Seen], depth: Depth) -> Vec<Look> {
    let mut alike: HashMap<&[u8], usize> = HashMap::new();
    for one in seen {
        *alike.entry(one.class()).or_default() += 1;
    }
    let mut close = 0;
    // Of a file that is open many times, what it is is asked once; of deleted ones there may be
    // many by the same name.
    let mut firsts: HashSet<&[u8]> = HashSet::new();
    let mut looks = Vec::new();
    for (at, one) in seen.iter().enumerate() {
        let is_few = alike.get(one.class()).is_none_or(|count| *count <= ALIKE);
        let is_close = depth == Depth::All || is_few && close < CLOSELY;
        close += usize::from(is_close);
        let is_file = one.target.starts_with(b"/");
        let is_worth_it = is_file && (one.may_be_deleted() || firsts.insert(&one.target));
        if is_close || is_worth_it {
            looks.push(Look { at, is_close });
        }
    }
    looks
}

/// Addresses and state of a socket; of one that is in no list, its protocol at least.
fn socket(pid: i32, one: &Seen, sockets: &mut Sockets) -> Socket {
    let Target::Socket {
        protocol,
        state,
        local,
        remote,
        ..
    } = sockets.describe(pid, text(&one.target))
    else {
        unreachable!("a socket is described as one");
    };
    match protocol.is_empty() {
        false => Socket {
            protocol,
            state,
            local: match one::is_anywhere(&local) {
                true => String::new(),
                false => local,
            },
            remote,
        },
        true => Socket {
            protocol: one.protocol(pid),
            state: String::new(),
            local: String::new(),
            remote: String::new(),
        },
    }
}

/// What all other processes have open, and how many of them may not be looked into.
fn elsewhere(pid: i32) -> (Vec<(i32, proc::Descriptor)>, u64) {
    let all = proc::processes().unwrap_or_default();
    let others: Vec<i32> = all.into_iter().filter(|other| *other != pid).collect();
    search(&others, &|_| true)
}

/// Looks through what all processes have open for those that hold the same, or the other ends.
fn note_holders(
    table: &mut Table,
    seen: &[Seen],
    others: &[(i32, proc::Descriptor)],
    sockets: &Sockets,
    depth: Depth,
) {
    let pid = table.pid;
    let own: HashSet<&[u8]> = seen.iter().map(|one| one.target.as_slice()).collect();
    // Each socket that is awaited at the other end of one of ours.
    let peers: HashMap<i32, Vec<u8>> = table
        .descriptors
        .iter()
        .filter(|one| one.socket.is_some())
        .filter_map(|one| Some((one.number, sockets.peer(&one.target)?.into_bytes())))
        .collect();
    let ends: HashSet<&[u8]> = peers.values().map(Vec::as_slice).collect();
    let is_wanted = |target: &[u8]| own.contains(target) || ends.contains(target);
    let found: Vec<&(i32, proc::Descriptor)> = others
        .iter()
        .filter(|(_, one)| is_wanted(&one.target))
        .collect();
    let same: Vec<(i32, i32, &[u8])> = found
        .iter()
        .filter(|(_, one)| own.contains(one.target.as_slice()))
        .map(|(other, one)| (*other, one.number, one.target.as_slice()))
        .collect();
    let shares = shared::find(pid, seen, &same, depth);
    table.table_shared_with = shares.tables;
    if let Some(error) = &shares.refused {
        table.refused.insert("shared_with".into(), reason(error));
    }
    let is_end = |one: &Seen| one.is_pipe() || ends.contains(one.target.as_slice());
    let holders = found
        .iter()
        .map(|(other, one)| (one.target.as_slice(), (*other, one.number)))
        .chain(
            (seen.iter().filter(|one| is_end(one)))
                .map(|one| (one.target.as_slice(), (pid, one.number))),
        );
    let mut by_target: HashMap<&[u8], Vec<(Of, End)>> = HashMap::new();
    for (target, of) in holders {
        // Of a socket both ends are for both.
        let its = match target.starts_with(b"socket:") {
            true => End::Both,
            false => end(of.0, of.1),
        };
        by_target.entry(target).or_default().push((of, its));
    }
    let mut names = Names::default();
    for (one, seen) in table.descriptors.iter_mut().zip(seen) {
        if let Some(share) = shares.of.get(&one.number) {
            one.description = Some(share.description);
            one.sharers = share.sharers;
            one.shared_with = share.named.iter().map(|of| names.holder(*of)).collect();
        }
        let (target, is_pipe) = match peers.get(&one.number) {
            Some(peer) => (peer.as_slice(), false),
            None if one.kind == Kind::Pipe => (seen.target.as_slice(), true),
            None => continue,
        };
        let candidates = by_target.get(target).into_iter().flatten();
        one.other_end = candidates
            .filter(|(of, its)| {
                !is_pipe || (*of != (pid, one.number) && is_other_end(one.mode, *its))
            })
            .take(HOLDERS)
            .map(|(of, _)| names.holder(*of))
            .collect();
    }
}

/// Whether a descriptor of the same pipe is for what one of this mode is not.
fn is_other_end(mode: Mode, its: End) -> bool {
    match mode {
        Mode::Read => its != End::Read,
        Mode::Write => its != End::Write,
        Mode::Both | Mode::Neither => true,
    }
}

/// The names of processes, each asked for once.
#[derive(Default)]
struct Names(HashMap<i32, String>);

impl Names {
    fn holder(&mut self, (pid, number): Of) -> Holder {
        let name = self
            .0
            .entry(pid)
            .or_insert_with(|| holder(pid, number).name)
            .clone();
        Holder { pid, name, number }
    }
}
