//! What calls do to a descriptor table.

use crate::sys::memory;
use crate::tracer::decode::{self, Entered, table};

/// What a call is to us at its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It may open descriptors.
    Opens,
    /// It closes those from one number to another.
    Closes(u32, u32),
    /// Neither.
    Neither,
}

/// What a call has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// A descriptor is new under this number; what was under it is closed.
    Opened(i32),
    /// Nothing that counts.
    Kept,
}

/// Calls that fill in several descriptors, and the argument that points to them.
const PAIRS: &[(&str, usize)] = &[("pipe", 0), ("pipe2", 0), ("socketpair", 3)];

/// Calls that may be made again when our own stop has ended them with EINTR; see signal(7),
/// "Interruption of system calls and library functions by stop signals".
const REPEATABLE: &[&str] = &[
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "semop",
    "semtimedop",
    "rt_sigtimedwait",
    "io_getevents",
    "io_pgetevents",
    "io_uring_enter",
    "accept",
    "accept4",
    "recvfrom",
    "recvmsg",
];

/// What a call is to us.
pub(super) fn kind(entered: &Entered) -> Kind {
    const UNSHARE: u64 = 2;
    const CLOSE_ON_EXEC: u64 = 4;
    let name = decode::name(entered.nr).unwrap_or_default();
    let [first, last, flags, ..] = entered.args;
    match name {
        "close" => Kind::Closes(first as u32, first as u32),
        "close_range" if flags & (UNSHARE | CLOSE_ON_EXEC) == 0 => {
            Kind::Closes(first as u32, last as u32)
        }
        "recvmsg" => Kind::Opens,
        name if PAIRS.iter().any(|(pair, _)| *pair == name) => Kind::Opens,
        _ => match table::row(entered.nr).map(|row| row.shape(&entered.args)) {
            Some(shape) if shape.opens => Kind::Opens,
            _ => Kind::Neither,
        },
    }
}

/// Whether a call may be made again.
pub(super) fn is_repeatable(nr: u64) -> bool {
    decode::name(nr).is_some_and(|name| REPEATABLE.contains(&name))
}

/// What a call that may open descriptors has opened.
pub(super) fn effects(tid: i32, entered: &Entered, answer: i64) -> Vec<Effect> {
    let Ok(answer) = i32::try_from(answer) else {
        return Vec::new();
    };
    if answer < 0 {
        return Vec::new();
    }
    let name = decode::name(entered.nr).unwrap_or_default();
    if let Some((_, at)) = PAIRS.iter().find(|(pair, _)| *pair == name) {
        return match memory::read_array::<8>(tid, entered.args[*at]) {
            Ok(bytes) => numbers(&bytes).map(Effect::Opened).collect(),
            Err(_) => Vec::new(),
        };
    }
    match name {
        "recvmsg" => received(tid, entered.args[1])
            .unwrap_or_default()
            .into_iter()
            .map(Effect::Opened)
            .collect(),
        // The same number again: nothing has changed.
        "dup2" | "dup3" | "signalfd" | "signalfd4" if entered.args[0] as i32 == answer => {
            vec![Effect::Kept]
        }
        _ => vec![Effect::Opened(answer)],
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = i32> {
    let words = bytes.chunks_exact(size_of::<i32>());
    words.filter_map(|word| Some(i32::from_ne_bytes(word.try_into().ok()?)))
}

/// The descriptors that came with a message: SCM_RIGHTS of unix(7), in the form of cmsg(3).
fn received(tid: i32, message: u64) -> Option<Vec<i32>> {
    /// Offsets of `msg_control` and `msg_controllen` in a `struct msghdr`.
    const CONTROL: u64 = 32;
    const LENGTH: u64 = 40;
    /// More than the 253 descriptors that one message can carry.
    const LONGEST: u64 = 4096;
    let control = memory::read_u64(tid, message + CONTROL).ok()?;
    let length = memory::read_u64(tid, message + LENGTH).ok()?.min(LONGEST);
    let mut bytes = vec![0; length as usize];
    let got = memory::read(tid, control, &mut bytes).ok()?;
    Some(rights(bytes.get(..got)?))
}

fn rights(mut control: &[u8]) -> Vec<i32> {
    const HEADER: usize = 16;
    let mut found = Vec::new();
    while let Some(header) = control.get(..HEADER) {
        let word = |at: usize| header[at..at + 4].try_into().map(i32::from_ne_bytes);
        let length = header[..8].try_into().map(usize::from_ne_bytes);
        let (Ok(length), Ok(level), Ok(kind)) = (length, word(8), word(12)) else {
            break;
        };
        let Some(data) = control.get(HEADER..length) else {
            break;
        };
        if (level, kind) == (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
            found.extend(numbers(data));
        }
        let next = length.next_multiple_of(size_of::<usize>());
        control = control.get(next..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use syscalls::Sysno;

    use super::*;

    fn entered(call: Sysno, args: [u64; 6]) -> Entered {
        let nr = call as u64;
        Entered { nr, args }
    }

    #[test]
    fn calls_open_or_close_or_neither() {
        let kind = |call, args| kind(&entered(call, args));
        assert_eq!(kind(Sysno::close, [3, 0, 0, 0, 0, 0]), Kind::Closes(3, 3));
        let all = u64::from(u32::MAX);
        assert_eq!(
            kind(Sysno::close_range, [3, all, 0, 0, 0, 0]),
            Kind::Closes(3, u32::MAX)
        );
        assert_eq!(
            kind(Sysno::close_range, [3, all, 4, 0, 0, 0]),
            Kind::Neither
        );
        for call in [Sysno::openat, Sysno::pipe2, Sysno::accept4, Sysno::dup] {
            assert_eq!(kind(call, [0; 6]), Kind::Opens);
        }
        let duplicates = [0, libc::F_DUPFD_CLOEXEC as u64, 0, 0, 0, 0];
        assert_eq!(kind(Sysno::fcntl, duplicates), Kind::Opens);
        let flags = [0, libc::F_GETFD as u64, 0, 0, 0, 0];
        assert_eq!(kind(Sysno::fcntl, flags), Kind::Neither);
        assert_eq!(kind(Sysno::read, [0; 6]), Kind::Neither);
    }

    #[test]
    fn answers_are_descriptors_or_lead_to_them() {
        let own = std::process::id() as i32;
        let opened = |call, args, answer| effects(own, &entered(call, args), answer);
        assert_eq!(opened(Sysno::openat, [0; 6], 5), [Effect::Opened(5)]);
        assert_eq!(opened(Sysno::openat, [0; 6], -24), []);
        assert_eq!(opened(Sysno::dup3, [5, 5, 0, 0, 0, 0], 5), [Effect::Kept]);
        let pair = [7_i32, 8];
        let at = pair.as_ptr() as u64;
        assert_eq!(
            opened(Sysno::pipe2, [at, 0, 0, 0, 0, 0], 0),
            [Effect::Opened(7), Effect::Opened(8)]
        );
    }

    #[test]
    fn descriptors_come_with_messages() {
        let mut control = Vec::new();
        let mut message = |level: i32, kind: i32, data: &[i32]| {
            control.extend((16 + 4 * data.len()).to_ne_bytes());
            control.extend(level.to_ne_bytes());
            control.extend(kind.to_ne_bytes());
            control.extend(data.iter().flat_map(|word| word.to_ne_bytes()));
            control.resize(control.len().next_multiple_of(8), 0);
        };
        message(libc::SOL_SOCKET, libc::SCM_CREDENTIALS, &[1, 2, 3]);
        message(libc::SOL_SOCKET, libc::SCM_RIGHTS, &[9, 10, 11]);
        assert_eq!(rights(&control), [9, 10, 11]);
        assert_eq!(rights(&control[..20]), [] as [i32; 0]);
        assert_eq!(rights(&[0xff; 64]), [] as [i32; 0]);
    }
}
