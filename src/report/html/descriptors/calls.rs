//! What a call that returned has done to its process' descriptors.

use std::ops::RangeInclusive;

use crate::model::recording::{Arg, Call, Object, Returned};

/// One change of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// This number is open now, and is this.
    Opens(i32, Option<Object>),
    /// Whatever of these was open is not any more.
    Closes(RangeInclusive<i32>),
}

/// Calls whose value is a new descriptor, whether or not the recording says what it is.
const OPENS: &[&str] = &[
    "accept",
    "accept4",
    "creat",
    "dup",
    "dup2",
    "dup3",
    "epoll_create",
    "epoll_create1",
    "eventfd",
    "eventfd2",
    "fanotify_init",
    "inotify_init",
    "inotify_init1",
    "io_uring_setup",
    "memfd_create",
    "memfd_secret",
    "mq_open",
    "open",
    "open_by_handle_at",
    "openat",
    "openat2",
    "perf_event_open",
    "pidfd_getfd",
    "pidfd_open",
    "signalfd",
    "signalfd4",
    "socket",
    "timerfd_create",
    "userfaultfd",
];

/// What the call has changed.
pub(super) fn effects(call: &Call, returned: &Returned) -> Vec<Effect> {
    let name = call.name.as_str();
    if name == "close" {
        return closed(call, returned).into_iter().collect();
    }
    if returned.errno.is_some() {
        return Vec::new();
    }
    let word = |nth: usize| match call.args.get(nth) {
        Some(Arg::Word(word)) => word.as_str(),
        _ => "",
    };
    match name {
        "close_range" if !word(2).contains("CLOEXEC") => {
            let (first, last) = (number(call.args.first()), number(call.args.get(1)));
            let range = first.zip(last).map(|(first, last)| first..=last);
            range.map(Effect::Closes).into_iter().collect()
        }
        "pipe" | "pipe2" => listed(word(0)),
        "socketpair" => listed(word(3)),
        "recvmsg" => match word(1).split_once("cmsg_type=SCM_RIGHTS, cmsg_data=") {
            Some((_, list)) => listed(list),
            None => Vec::new(),
        },
        "dup2" if number(call.args.first()) == number(call.args.get(1)) => Vec::new(),
        _ => match i32::try_from(returned.value) {
            Ok(new) if opens(call) || returned.object.is_some() => {
                vec![Effect::Opens(new, returned.object.clone())]
            }
            _ => Vec::new(),
        },
    }
}

fn opens(call: &Call) -> bool {
    let duplicates = |arg: &Arg| matches!(arg, Arg::Word(word) if word.starts_with("F_DUPFD"));
    OPENS.contains(&call.name.as_str())
        || (call.name == "fcntl" && call.args.get(1).is_some_and(duplicates))
}

/// close(2) closes even where it reports an error, unless there was nothing to close.
fn closed(call: &Call, returned: &Returned) -> Option<Effect> {
    let was_closed = match returned.errno {
        Some(libc::EBADF) => false,
        // A fault's answer: the call was not made.
        Some(_) => !returned.injected,
        None => true,
    };
    let number = number(call.args.first()).filter(|_| was_closed)?;
    Some(Effect::Closes(number..=number))
}

/// An argument as a number; what is beyond all descriptors is the last of them.
fn number(arg: Option<&Arg>) -> Option<i32> {
    let number = match arg? {
        Arg::Fd(fd) => return Some(fd.number),
        Arg::Int(number) => *number,
        Arg::Word(word) => word.parse().ok()?,
        _ => return None,
    };
    (number >= 0).then(|| i32::try_from(number).unwrap_or(i32::MAX))
}

/// The descriptors of `[3<pipe:[7]>, 4<pipe:[7]>]` at the beginning of a text.
fn listed(text: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    let Some(mut rest) = text.strip_prefix('[') else {
        return effects;
    };
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(number) = rest[..digits].parse() else {
            return effects;
        };
        rest = &rest[digits..];
        let mut object = None;
        if let Some(after) = rest.strip_prefix('<') {
            let Some((name, behind)) = bracketed(after) else {
                return effects;
            };
            object = (name != "?").then(|| Object {
                name: name.to_owned(),
                inode: 0,
            });
            rest = behind;
        }
        effects.push(Effect::Opens(number, object));
        match rest.strip_prefix(", ") {
            Some(next) => rest = next,
            None => return effects,
        }
    }
}

/// The text up to the closing bracket, and what is behind it; escaped brackets are text.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'>' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Recording, What};

    /// What the one call of a recording does, in words.
    fn of(text: &str) -> String {
        let recording: Recording = text.parse().unwrap();
        let made = recording.calls().next().unwrap();
        assert!(matches!(recording.events[made.enter].what, What::Enter(..)));
        let effects = effects(made.call, made.returned.unwrap());
        let shown = effects.iter().map(|effect| match effect {
            Effect::Opens(number, Some(object)) => format!("+{number}={}", object.name),
            Effect::Opens(number, None) => format!("+{number}"),
            Effect::Closes(range) => format!("-{}..{}", range.start(), range.end()),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn calls_that_open_say_what() {
        assert_eq!(of("2 openat(AT_FDCWD, \"a\", 0) = 3</a [7]>"), "+3=/a");
        assert_eq!(of("2 openat(AT_FDCWD, \"a\", 0) = 3"), "+3");
        assert_eq!(of("2 openat(AT_FDCWD, \"a\", 0) = -1 ENOENT"), "");
        assert_eq!(of("2 read(3</a [7]>, \"a\", 1) = 1"), "");
        assert_eq!(of("2 fcntl(3<?>, F_DUPFD_CLOEXEC, 10) = 10"), "+10");
        assert_eq!(of("2 fcntl(3<?>, F_GETFL) = 1"), "");
    }

    #[test]
    fn pairs_are_two() {
        let pair = "2 pipe2([3<pipe:[81]>, 4<pipe:[81]>], 0) = 0";
        assert_eq!(of(pair), "+3=pipe:[81] +4=pipe:[81]");
        assert_eq!(of("2 pipe2([3<?>, 4<?>], 0) = 0"), "+3 +4");
        let odd = "2 socketpair(AF_UNIX, SOCK_STREAM, 0, [3<a\\>b>, 4]) = 0";
        assert_eq!(of(odd), "+3=a\\>b +4");
        assert_eq!(listed("[3<pipe"), [], "cut short");
    }

    #[test]
    fn what_closes_is_told_from_what_only_says_so() {
        assert_eq!(of("2 close(3<?>) = 0"), "-3..3");
        assert_eq!(of("2 close(3<?>) = -1 EIO"), "-3..3");
        assert_eq!(of("2 close(3<?>) = -1 EIO (injected)"), "");
        assert_eq!(of("2 close(3<?>) = -1 EBADF"), "");
        let all = format!("-3..{}", i32::MAX);
        assert_eq!(of("2 close_range(3, 4294967295, 0) = 0"), all);
        assert_eq!(of("2 close_range(3, 9, CLOSE_RANGE_CLOEXEC) = 0"), "");
        assert_eq!(of("2 dup2(3<?>, 3<?>) = 3"), "");
    }

    #[test]
    fn received_descriptors_are_open() {
        let received = "2 recvmsg(3<?>, {msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, \
                        cmsg_type=SCM_RIGHTS, cmsg_data=[4<pipe:[8]>]}]}, 0) = 1";
        assert_eq!(of(received), "+4=pipe:[8]");
    }
}
