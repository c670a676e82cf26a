//! The decoder on memory and descriptors of this very process.

use std::cell::Cell;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::os::unix::net::UnixStream;

use proptest::prelude::*;
use syscalls::Sysno;

use super::{Depth, Entered, enter, exit, name, table};
use crate::model::{Arg, Bytes, Call, Event, Object, Recording, Returned, What};

const PLAIN: Depth = Depth {
    bytes: 1 << 20,
    objects: false,
};
const DEEP: Depth = Depth {
    bytes: 1 << 20,
    objects: true,
};

fn me() -> i32 {
    std::process::id() as i32
}

fn number(name: &str) -> u64 {
    (0..1024).find(|nr| super::name(*nr) == Some(name)).unwrap()
}

fn entered<const N: usize>(name: &str, args: [u64; N]) -> Entered {
    let mut all = [0; 6];
    all[..N].copy_from_slice(&args);
    Entered {
        nr: number(name),
        args: all,
    }
}

fn at<T: ?Sized>(object: &T) -> u64 {
    (&raw const *object).cast::<u8>() as u64
}

/// The call as it is shown once it has answered.
fn answered<const N: usize>(
    name: &str,
    args: [u64; N],
    raw: i64,
    depth: &Depth,
) -> (Call, Returned) {
    let entered = entered(name, args);
    let mut call = enter(me(), &entered, depth);
    let returned = exit(me(), &entered, &mut call, raw, depth);
    (call, returned)
}

fn word(text: &str) -> Arg {
    Arg::Word(text.to_owned())
}

fn text(text: &str) -> Arg {
    Arg::Str(Bytes::whole(text))
}

#[test]
fn every_call_of_this_architecture_has_a_row() {
    let without: Vec<_> = Sysno::iter()
        .filter(|nr| table::row(*nr as u64).is_none())
        // Those with 64-bit times belong to 32-bit machines, and have no number elsewhere.
        .filter(|nr| !nr.name().ends_with("time64") && !nr.name().ends_with("64"))
        .collect();
    assert_eq!(without, []);
}

#[test]
fn no_call_has_two_rows() {
    let mut names: Vec<_> = table::all().map(|row| row.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn a_call_without_a_name_shows_its_registers() {
    let entered = Entered {
        nr: 0x4000_0001,
        args: [1, 0, 0x20, 3, 4, 5],
    };
    let call = enter(me(), &entered, &PLAIN);
    assert_eq!(name(0x4000_0001), None);
    assert_eq!(call.name, "syscall_0x40000001");
    assert_eq!(call.args[..3], [word("0x1"), Arg::Int(0), word("0x20")]);
}

#[test]
fn what_cannot_be_read_is_unknown_and_null_is_not() {
    let call = enter(me(), &entered("openat", [(-100_i64) as u64, 16, 0]), &PLAIN);
    assert_eq!(
        call.args,
        [word("AT_FDCWD"), Arg::Unknown, word("O_RDONLY")]
    );
    let call = enter(me(), &entered("openat", [(-100_i64) as u64, 0, 0]), &PLAIN);
    assert_eq!(call.args[1], word("NULL"));
    let call = enter(me(), &entered("write", [1, 16, 5]), &PLAIN);
    assert_eq!(call.args[1], Arg::Unknown);
    let call = enter(me(), &entered("nanosleep", [16, 0]), &PLAIN);
    assert_eq!(call.args, [Arg::Unknown, word("NULL")]);
    let (call, _) = answered("read", [0, 16, 5], 3, &PLAIN);
    assert_eq!(call.args[1], Arg::Unknown);
}

#[test]
fn a_buffer_that_is_too_long_is_cut() {
    let depth = Depth {
        bytes: 4,
        objects: false,
    };
    let buffer = b"0123456789";
    let call = enter(me(), &entered("write", [1, at(buffer), 10]), &depth);
    let cut = Bytes {
        data: b"0123".to_vec(),
        cut: 6,
    };
    assert_eq!(call.args[1], Arg::Str(cut.clone()));
    let parts = [(at(buffer), 2_u64), (16, 0), (at(&buffer[2..]), 8)];
    let parts: Vec<u64> = parts
        .into_iter()
        .flat_map(|(base, len)| [base, len])
        .collect();
    let call = enter(me(), &entered("writev", [1, at(&parts[..]), 3]), &depth);
    assert_eq!(call.args[1], Arg::Str(cut));
    let path = c"a/rather/long/path";
    let call = enter(me(), &entered("unlinkat", [5, at(path), 0]), &depth);
    assert_eq!(call.args[1], text("a/rather/long/path"));
}

#[test]
fn a_vector_with_a_hole_ends_at_the_hole() {
    let good = b"good";
    let parts = [at(good), 4, 16, 4, at(good), 4];
    let call = enter(me(), &entered("writev", [1, at(&parts), 3]), &PLAIN);
    let kept = Bytes {
        data: b"good".to_vec(),
        cut: 8,
    };
    assert_eq!(call.args[1], Arg::Str(kept));
    let call = enter(me(), &entered("writev", [1, at(&parts[2..]), 2]), &PLAIN);
    assert_eq!(call.args[1], Arg::Unknown);
}

#[test]
fn a_read_shows_what_was_read_and_no_more() {
    let buffer = *b"abcdefgh";
    let (call, _) = answered("read", [0, at(&buffer), 8], 3, &PLAIN);
    assert_eq!(call.args[1], text("abc"));
    let (call, returned) = answered("read", [0, at(&buffer), 8], -4, &PLAIN);
    assert_eq!(call.args[1], word(&format!("{:#x}", at(&buffer))));
    assert_eq!(returned.errno, Some(4));
    // With MSG_TRUNC the answer is the datagram's length, not the buffer's.
    let trunc = libc::MSG_TRUNC as u64;
    let (call, _) = answered("recvfrom", [0, at(&buffer), 8, trunc], 5000, &PLAIN);
    assert_eq!(call.args[1], text("abcdefgh"));
    let parts = [at(&buffer), 2, at(&buffer[4..]), 4];
    let (call, _) = answered("readv", [0, at(&parts), 2], 5, &PLAIN);
    assert_eq!(call.args[1], text("abefg"));
}

#[test]
fn descriptors_carry_their_objects() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let object = Object {
        name: file.path().to_string_lossy().into_owned(),
        inode: file.as_file().metadata().unwrap().ino(),
    };
    let fd = file.as_raw_fd() as u64;
    let call = enter(me(), &entered("fsync", [fd]), &DEEP);
    let Arg::Fd(shown) = &call.args[0] else {
        panic!("{call:?}")
    };
    assert_eq!(shown.object.as_ref(), Some(&object));
    let (_, returned) = answered("dup", [0], fd as i64, &DEEP);
    assert_eq!(returned.object, Some(object));
    let (_, returned) = answered("dup", [0], fd as i64, &PLAIN);
    assert_eq!(returned.object, None);
}

#[test]
fn descriptors_in_structures_carry_their_objects_too() {
    let (one, other) = UnixStream::pair().unwrap();
    let pair = [one.as_raw_fd(), other.as_raw_fd()];
    let (call, _) = answered("socketpair", [1, 1, 0, at(&pair)], 0, &DEEP);
    let Arg::Word(shown) = &call.args[3] else {
        panic!("{call:?}")
    };
    assert!(
        shown.starts_with(&format!("[{}<socket:[", pair[0])),
        "{shown}"
    );
    assert!(shown.ends_with("]>]"), "{shown}");
    let file = tempfile::NamedTempFile::new().unwrap();
    let pollfd = [file.as_raw_fd() as u64 | 1 << 32 | 1 << 48];
    let (call, _) = answered("ppoll", [at(&pollfd), 1, 0, 0, 8], 1, &DEEP);
    let inode = file.as_file().metadata().unwrap().ino();
    let (fd, path) = (file.as_raw_fd(), file.path().display());
    let expected = format!("[{{fd={fd}<{path} [{inode}]>, events=POLLIN, revents=POLLIN}}]");
    assert_eq!(call.args[0], Arg::Word(expected));
}

#[test]
fn data_through_a_file_has_its_offset() {
    let mut file = tempfile::tempfile().unwrap();
    let fd = file.as_raw_fd() as u64;
    let buffer = b"0123456789";
    file.write_all(buffer).unwrap();
    file.write_all(buffer).unwrap();
    let offset = |name, args: [u64; 6], raw| answered(name, args, raw, &DEEP).1.offset;
    let data = at(buffer);
    assert_eq!(offset("write", [fd, data, 10, 0, 0, 0], 10), Some(10));
    assert_eq!(offset("write", [fd, data, 10, 0, 0, 0], -5), None);
    assert_eq!(offset("write", [fd, data, 10, 0, 0, 0], 0), None);
    assert_eq!(offset("read", [fd, data, 10, 0, 0, 0], 4), Some(16));
    assert_eq!(offset("pwrite64", [fd, data, 10, 3, 0, 0], 4), Some(3));
    assert_eq!(offset("pread64", [fd, data, 10, 3, 0, 0], 4), Some(3));
    let parts = [data, 10];
    let minus_one = u64::MAX;
    assert_eq!(
        offset("pwritev2", [fd, at(&parts), 1, minus_one, 0, 0], 10),
        Some(10)
    );
    assert_eq!(
        offset("pwritev2", [fd, at(&parts), 1, 7, 0, 0], 10),
        Some(7)
    );
    let append = libc::RWF_APPEND as u64;
    assert_eq!(
        offset("pwritev2", [fd, at(&parts), 1, 7, 0, append], 4),
        Some(16)
    );
    let (here, there) = UnixStream::pair().unwrap();
    let socket = here.as_raw_fd() as u64;
    assert_eq!(offset("write", [socket, data, 10, 0, 0, 0], 10), None);
    assert_eq!(offset("sendfile", [socket, fd, 0, 10, 0, 0], 10), Some(10));
    assert_eq!(offset("sendfile", [fd, socket, 0, 10, 0, 0], 10), Some(10));
    let moved = 17_u64;
    assert_eq!(
        offset("copy_file_range", [fd, 0, fd, at(&moved), 10, 0], 10),
        Some(7)
    );
    drop(there);
}

#[test]
fn a_positioned_write_to_an_appending_file_goes_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    std::fs::write(&path, "0123456789").unwrap();
    let file = File::options().append(true).open(&path).unwrap();
    let written = file.write_at(b"abc", 2).unwrap();
    let (_, returned) = answered(
        "pwrite64",
        [file.as_raw_fd() as u64, at(b"abc"), 3, 2],
        written as i64,
        &DEEP,
    );
    assert_eq!(returned.offset, Some(10));
}

#[test]
fn what_select_found_stands_after_what_it_was_asked() {
    let set = Cell::new(0b1_1000_u64);
    let entered = entered("pselect6", [5, at(&set), 0, 0, 0, 0]);
    let mut call = enter(me(), &entered, &PLAIN);
    assert_eq!(call.args[1], word("[3 4]"));
    set.set(0b1000);
    exit(me(), &entered, &mut call, 1, &PLAIN);
    assert_eq!(call.args[1], word("[3 4] => [3]"));
    assert_eq!(call.args[2], word("NULL"));
}

#[test]
fn lengths_say_what_was_given_and_what_came_back() {
    let address = *b"\x01\0path-that-is-cut-off";
    let length = Cell::new(6_u32);
    let entered = entered("getsockname", [0, at(&address), at(&length)]);
    let mut call = enter(me(), &entered, &PLAIN);
    length.set(20);
    exit(me(), &entered, &mut call, 0, &PLAIN);
    assert_eq!(call.args[1], word("{sa_family=AF_UNIX, sun_path=\"path\"}"));
    assert_eq!(call.args[2], word("[6 => 20]"));
}

#[test]
fn a_child_is_told_of_only_if_there_was_one() {
    let status = 0x0300_u32;
    let (call, _) = answered("wait4", [u64::MAX, at(&status), 1, 0], 0, &PLAIN);
    assert_eq!(call.args[1], word(&format!("{:#x}", at(&status))));
    let (call, _) = answered("wait4", [u64::MAX, at(&status), 1, 0], 99, &PLAIN);
    assert_eq!(
        call.args[1],
        word("[{WIFEXITED(s) && WEXITSTATUS(s) == 3}]")
    );
    assert_eq!(call.args[0], Arg::Int(-1));
}

#[test]
fn a_sleep_that_was_cut_short_shows_the_rest() {
    let rest = [1_u64, 5];
    let (call, _) = answered("nanosleep", [at(&rest), at(&rest)], -4, &PLAIN);
    assert_eq!(call.args[1], word("{tv_sec=1, tv_nsec=5}"));
    let (call, _) = answered("nanosleep", [at(&rest), at(&rest)], 0, &PLAIN);
    assert_eq!(call.args[1], word(&format!("{:#x}", at(&rest))));
}

proptest! {
    #[test]
    fn hostile_registers_and_memory_make_words_all_the_same(
        seed in proptest::collection::vec(
            prop_oneof![any::<u64>(), 0_u64..100, Just(u64::MAX)], 512),
        nr in 0_u64..480,
        picks in proptest::array::uniform6(any::<proptest::sample::Index>()),
        raw in prop_oneof![-4095_i64..0, 0_i64..5000, any::<i64>()],
        bytes in prop_oneof![Just(0_usize), Just(32), Just(1 << 20)],
    ) {
        // Half of the words point back into the memory itself.
        let mut memory = seed.clone();
        let start = at(&memory[..]);
        for (nth, word) in memory.iter_mut().enumerate().filter(|(nth, _)| nth % 3 == 0) {
            *word = start + (*word % 4096).min(4095 - (nth as u64 % 7));
        }
        let args = picks.map(|pick| memory[pick.index(memory.len())]);
        let entered = Entered { nr, args };
        let depth = Depth { bytes, objects: nr % 2 == 0 };
        let mut call = enter(me(), &entered, &depth);
        let shown = call.args.len();
        exit(me(), &entered, &mut call, raw, &depth);
        prop_assert_eq!(call.args.len(), shown);
        for arg in &call.args {
            if let Arg::Word(word) = arg {
                prop_assert!(is_one_word(word), "{}: {}", call.name, word);
            }
        }
        // What it shows can be written down and read back.
        let events = vec![Event { site: Vec::new(), what: What::Enter(2, call) }];
        let recording = Recording { events };
        let text = recording.to_string();
        prop_assert_eq!(text.parse(), Ok(recording), "{}", text);
    }
}

/// Whether a word can be told from the arguments around it.
fn is_one_word(word: &str) -> bool {
    let (mut depth, mut is_quoted, mut is_escaped) = (0, false, false);
    for c in word.chars() {
        match c {
            '"' if !is_escaped => is_quoted = !is_quoted,
            '[' | '{' | '(' if !is_quoted => depth += 1,
            ']' | '}' | ')' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => return false,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    depth == 0 && !is_quoted
}
