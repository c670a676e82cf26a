//! What each check makes a submission live through.
//!
//! Files are noise, so that a block in the wrong place, and bytes that never were in the file, are
//! told from the right ones.

use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::{
    Action, Arming, Experiment, Fault, InputFile, InputKind, Limits, Payload, Role, Run, Step,
    Strike, Trigger,
};

/// What is copied, where a story does not say otherwise.
pub(super) const SOURCE: &str = "/lab/source";

/// Where it is copied to.
pub(super) const COPY: &str = "/lab/copy";

/// A name for the source that is no copy of it.
const ALIAS: &str = "/lab/alias";

/// A file system of its own, and files on it.
const DISK: &str = "/lab/disk";
const ON_DISK: (&str, &str) = ("/lab/disk/source", "/lab/disk/copy");

/// What is observed beside [`MOVERS`]: the calls that carry a ring, processes, mappings.
const CARRIERS: &[&str] = &[
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "process",
    "mmap",
];

/// Calls by which the bytes of a file can move without a ring.
pub(super) const MOVERS: &[&str] = &[
    "read",
    "readv",
    "pread64",
    "preadv",
    "preadv2",
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "sendfile",
    "splice",
    "copy_file_range",
    "io_submit",
];

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The size of the file by which it is judged how busy the ring is.
pub(super) const LARGE: u64 = 64 * MIB;

/// The calls at which a file is made to change: the first so many of those that look at it, open
/// it or carry the ring. All that a program does before it reads is among them.
const MOMENTS: u32 = 12;

/// At some of these it gets longer, at all of them shorter.
const GROWING: [u32; 3] = [3, 5, 7];

/// What a program does before data move, and what moves them.
const STEPS: &[&str] = &[
    "open",
    "openat",
    "openat2",
    "fstat",
    "newfstatat",
    "statx",
    "stat",
    "lstat",
    "ftruncate",
    "fallocate",
    "io_uring_enter",
];

/// What the handout says.
fn limits() -> Limits {
    Limits {
        time_ms: 5_000,
        cpu_ms: 5_000,
        file_size: 256 * MIB,
        ..Limits::default()
    }
}

/// A run that copies one to the other, which is then compared with this.
fn copying(from: &str, to: &str, compare: &[(&str, &Payload)]) -> Run {
    Run {
        args: words(&[from, to]),
        steps: vec![Step::CloseInput],
        watch: words(&[CARRIERS, MOVERS].concat()),
        modes: words(&[from, to]),
        compare: compare
            .iter()
            .map(|(path, content)| ((*path).to_owned(), (*content).clone()))
            .collect(),
        // Not the data, if a program should write them.
        buffer: 256,
        limits: limits(),
        allows_rings: true,
        ..Run::default()
    }
}

fn noise(len: u64, source: &mut Source) -> Payload {
    Payload::Noise {
        len,
        seed: source.next(),
    }
}

/// The source is copied, and nothing is special but its size and its mode.
fn plain(story: &str, content: &Payload, mode: u32) -> Experiment {
    experiment(story, copying(SOURCE, COPY, &[(COPY, content)])).with_input(InputFile {
        path: SOURCE.to_owned(),
        kind: InputKind::Made(content.clone()),
        mode: Some(mode),
        ..InputFile::default()
    })
}

/// The same for files that are too large for the lab directory: on a disk of their own.
fn huge(story: &str, content: &Payload, mode: u32) -> Experiment {
    let (from, to) = ON_DISK;
    let kib = 2 * content.len().div_ceil(KIB) + 1024;
    experiment(story, copying(from, to, &[(to, content)]))
        .with(DISK, InputKind::Disk(kib))
        .with_input(InputFile {
            path: from.to_owned(),
            kind: InputKind::Made(content.clone()),
            mode: Some(mode),
            ..InputFile::default()
        })
}

/// Permission bits of which the umask of the box, 022, takes none away.
fn mode(source: &mut Source) -> u32 {
    *source.one_of(&[0o640, 0o600, 0o444, 0o750, 0o700, 0o500, 0o604])
}

/// All sizes.
pub(super) fn copies(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "copies");
    let mut told: Vec<Experiment> = [
        (0, "an empty file"),
        (1, "a file of one byte"),
        (4095, "a file of a page less one byte"),
        (4096, "a file of a page"),
        (4097, "a file of a page and a byte"),
    ]
    .into_iter()
    .map(|(len, story)| plain(story, &noise(len, &mut source), mode(&mut source)))
    .collect();
    told.push(plain(
        "a file that nobody may write to",
        &noise(5000, &mut source),
        0o444,
    ));
    let large = noise(LARGE + 3, &mut source);
    told.push(huge(
        "a file of 64 MiB and 3 bytes",
        &large,
        mode(&mut source),
    ));
    told
}

/// A small file and one of several blocks, for whoever treats them differently.
pub(super) fn through_the_ring(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "through the ring");
    let small = noise(source.between(100, 3000), &mut source);
    let several = noise(3 * MIB + source.between(1, 5000), &mut source);
    vec![
        plain("a small file, by which calls", &small, 0o644),
        plain("a file of 3 MiB, by which calls", &several, 0o644),
    ]
}

/// A large file.
pub(super) fn large(seed: u64) -> Vec<Experiment> {
    let content = noise(LARGE, &mut Source::new(seed, "large"));
    vec![huge("a file of 64 MiB", &content, 0o644)]
}

/// Something longer is there already.
pub(super) fn replacing(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "replacing");
    let mut over = |story: &str, len: u64| {
        let content = noise(len, &mut source);
        let old = noise(3 * MIB + source.between(1, 5000), &mut source);
        plain(story, &content, 0o644).with(COPY, InputKind::Made(old))
    };
    let longer = over("a file over a longer one", 70_001);
    let empty = over("an empty file over a longer one", 0);
    vec![longer, empty, with_its_number(&mut source)]
}

/// DST is on another disk than SRC, with the same number: in each file system in memory the first
/// file has it; see shmem_reserve_inode() in mm/shmem.c.
fn with_its_number(source: &mut Source) -> Experiment {
    const ROOM_KIB: u64 = 8 * 1024;
    let (from, _) = ON_DISK;
    let (other, to) = ("/lab/second", "/lab/second/copy");
    let content = noise(70_000 + source.between(1, 5000), source);
    let old = noise(100_000, source);
    experiment(
        "a file over one of another file system, which has the same inode number there",
        copying(from, to, &[(to, &content)]),
    )
    .with(DISK, InputKind::Disk(ROOM_KIB))
    .with(other, InputKind::Disk(ROOM_KIB))
    .with(from, InputKind::Made(content))
    .with(to, InputKind::Made(old))
}

/// Copies that cannot be made.
pub(super) fn impossible(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "impossible");
    let content = noise(70_000 + source.between(1, 5000), &mut source);
    let word = source.word(6);
    let missing = experiment(
        "SRC does not exist",
        copying(&format!("/lab/{word}"), COPY, &[(COPY, &content)]),
    );
    let directory = experiment(
        "SRC is a directory",
        copying(&format!("/lab/{word}"), COPY, &[(COPY, &content)]),
    )
    .with_file(&format!("/lab/{word}/file"), b"in it\n".to_vec());
    let same = |story: &str, to: &str| {
        experiment(story, copying(SOURCE, to, &[(SOURCE, &content)]))
            .with(SOURCE, InputKind::Made(content.clone()))
    };
    let nowhere = format!("/lab/{word}/copy");
    let nowhere = experiment(
        "DST is in a directory that does not exist",
        copying(SOURCE, &nowhere, &[(SOURCE, &content)]),
    )
    .with(SOURCE, InputKind::Made(content.clone()));
    let other_spelling = format!("/lab/./{word}/../source");
    vec![
        missing,
        directory,
        same("DST is SRC", SOURCE),
        same("DST is SRC, spelt differently", &other_spelling)
            .with_file(&format!("/lab/{word}/file"), b"in it\n".to_vec()),
        same("DST is a symbolic link to SRC", ALIAS)
            .with(ALIAS, InputKind::Link("source".to_owned())),
        same("DST is another name of SRC", ALIAS)
            .with(ALIAS, InputKind::SecondName(SOURCE.to_owned())),
        nowhere,
        full(&mut source),
    ]
}

/// The copy does not fit; another one does, if nothing is left of the first.
fn full(source: &mut Source) -> Experiment {
    let other = "/lab/other";
    let (_, to) = ON_DISK;
    let content = noise(3 * MIB + source.between(1, 5000), source);
    let small = noise(700 * KIB + source.between(1, 5000), source);
    experiment(
        "DST is on a file system with room for 1 MiB, SRC has 3; then a copy that fits",
        copying(SOURCE, to, &[(to, &content)]),
    )
    .then(copying(other, to, &[(to, &small)]))
    .with(DISK, InputKind::Disk(1024))
    .with(SOURCE, InputKind::Made(content))
    .with(other, InputKind::Made(small))
}

/// The kernel has no rings, or this program may not have one.
pub(super) fn without_a_ring(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "without a ring");
    [
        (libc::ENOSYS, "a kernel without io_uring"),
        (libc::EPERM, "io_uring is not permitted"),
    ]
    .map(|(errno, story)| {
        let content = noise(70_000 + source.between(1, 5000), &mut source);
        let mut told = plain(story, &content, 0o644);
        told.runs[0].faults = vec![Fault {
            trigger: Trigger {
                every: 1,
                ..trigger(&[&["io_uring_setup"]], Role::Any, Arming::Start)
            },
            action: Action::Error(errno),
        }];
        told
    })
    .into()
}

/// A disk that lacks a page, and files that change while they are copied.
pub(super) fn changing(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "changing");
    let mut told = vec![a_page_too_few(&mut source)];
    // A whole number of pages: what is left of a page behind the end, nobody can tell from zeros.
    let short = MIB + 4 * KIB * source.between(1, 50);
    let middle = 3 * MIB + source.between(1, 4000);
    let long = 5 * MIB + source.between(1, 4000);
    for moment in 1..=MOMENTS {
        told.push(resized("shorter", middle, short, moment, &mut source));
    }
    for moment in GROWING {
        told.push(resized("longer", middle, long, moment, &mut source));
    }
    told
}

/// The last write finds room for a part of its bytes, however long the blocks are: an odd number
/// of pages, and a file that ends behind them.
fn a_page_too_few(source: &mut Source) -> Experiment {
    const PAGES_KIB: u64 = 1020;
    let (_, to) = ON_DISK;
    let content = noise(MIB - source.between(1, 500), source);
    experiment(
        "DST is on a file system that has room for all of SRC but the last page",
        copying(SOURCE, to, &[(to, &content)]),
    )
    .with(DISK, InputKind::Disk(PAGES_KIB))
    .with(SOURCE, InputKind::Made(content))
}

/// The source changes just before a call; whoever makes it is held back meanwhile.
fn resized(how: &str, from: u64, to: u64, moment: u32, source: &mut Source) -> Experiment {
    let seed = source.next();
    let made = |len| Payload::Noise { len, seed };
    let story = format!("SRC gets {how} just before call {moment} of those that open and copy it");
    let mut told = plain(&story, &made(from), 0o644);
    let run = &mut told.runs[0];
    // So that the call is shown that it changed before.
    run.watch.extend(words(STEPS));
    // The longer one holds both.
    run.compare = vec![(COPY.to_owned(), made(from.max(to)))];
    run.faults = vec![Fault {
        trigger: Trigger {
            first: moment,
            ..trigger(&[STEPS], Role::Any, Arming::Begin)
        },
        action: Action::Strike(Strike::OthersFirst),
    }];
    run.steps.extend([
        Step::AwaitStrike,
        Step::Resize {
            path: SOURCE.to_owned(),
            content: made(to),
        },
    ]);
    told
}
