//! Printing and parsing are inverse, whatever a submission does.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{event_line, signal_name};
use crate::model::clients::{Ending, Endpoint, Passed, Sighting};
use crate::model::recording::{
    Arg, Bytes, Call, Event, ExecState, ExitStatus, Fd, Frame, Likeness, Measure, Mode, Object,
    Recording, Returned, STRIKE, SigSet, Stream, Task, Usage, What, World,
};

/// The example of the module's documentation.
fn example() -> String {
    include_str!("mod.rs")
        .lines()
        .skip_while(|line| *line != "//! ```text")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start()))
        .collect()
}

#[test]
fn the_documented_example_is_what_is_printed() {
    let example = example();
    let recording: Recording = example.parse().unwrap();
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(lines(&recording.to_string()), lines(&example));
}

#[test]
fn a_call_on_one_line_is_two_events() {
    let recording: Recording = r#"2 write(3</lab/log [12]>, "a\n", 2) = -1 EIO @7 (injected)"#
        .parse()
        .unwrap();
    let [entry, exit] = recording.events.as_slice() else {
        panic!("{recording:?}");
    };
    let What::Enter(2, call) = &entry.what else {
        panic!("{entry:?}");
    };
    assert_eq!(call.name, "write");
    assert_eq!(
        call.args,
        [
            Arg::Fd(Fd {
                number: 3,
                object: Some(Object {
                    name: "/lab/log".into(),
                    inode: 12
                })
            }),
            Arg::Str(Bytes::whole("a\n")),
            Arg::Int(2)
        ]
    );
    let returned = Returned {
        offset: Some(7),
        injected: true,
        ..Returned::from_raw(-5)
    };
    assert_eq!(
        exit.what,
        What::Exit {
            task: 2,
            enter: 0,
            returned
        }
    );
}

#[test]
fn a_return_belongs_to_the_latest_open_call_of_its_task() {
    let text = "2 read(0<pipe:[1]>, \"\", 1) ...\n\
                3 fsync(4<?>) ...\n\
                2 ... read = 0\n\
                3 ... fsync = 0\n";
    let recording: Recording = text.parse().unwrap();
    assert!(matches!(
        recording.events[2].what,
        What::Exit { enter: 0, .. }
    ));
    assert!(matches!(
        recording.events[3].what,
        What::Exit { enter: 1, .. }
    ));
    assert_eq!(recording.to_string(), text);
}

#[test]
fn errors_name_the_line_and_what_was_expected() {
    let error = |text: &str| text.parse::<Recording>().unwrap_err().to_string();
    insta::assert_snapshot!(error("2 begin\n2 bogus"), @"line 2: expected `(`, found \"\"");
    insta::assert_snapshot!(error("2 close(3<?>)"), @"line 1: expected ` = ` and what the call returned, or ` ...`, found \"\"");
    insta::assert_snapshot!(error("2 close({, 0"), @"line 1: expected an argument whose brackets are closed, found \"{, 0\"");
    insta::assert_snapshot!(error("2 ... read = 0"), @"line 1: expected a call that the task has entered, found \" = 0\"");
    insta::assert_snapshot!(error("2 close(3<?>) = 0 # nonsense"), @"line 1: expected `file:line (function)` or `module+0xADDRESS`, found \"nonsense\"");
    insta::assert_snapshot!(error("* stdin \"abc"), @"line 1: expected a closing quote, found \"abc\"");
    insta::assert_snapshot!(error("2 --- SIGNOTHING"), @"line 1: expected the name of a signal, found \"SIGNOTHING\"");
}

#[test]
fn evidence_shows_the_whole_call_without_its_place() {
    let recording: Recording = r#"
        2 read(0<pipe:[1]>, "a\n", 65536) ...    # main.c:3 (main)
        3 fsync(4</lab/log [9]>) ...
        2 ... read = 2
        2 --- SIGTERM
    "#
    .parse()
    .unwrap();
    assert_eq!(
        event_line(&recording, 0),
        r#"2 read(0<pipe:[1]>, "a\n", 65536) = 2"#
    );
    assert_eq!(event_line(&recording, 2), event_line(&recording, 0));
    assert_eq!(event_line(&recording, 1), "3 fsync(4</lab/log [9]>) = ?");
    assert_eq!(event_line(&recording, 3), "2 --- SIGTERM");
    assert_eq!(event_line(&recording, 4), "");
}

#[test]
fn long_recordings_are_printed_and_parsed_in_one_pass() {
    // Worst cases for a careless parser: many calls in flight that return in the order in which
    // they were entered, and one huge string.
    let call = |task| Call {
        name: "read".into(),
        args: vec![Arg::Int(i64::from(task))],
    };
    let count = 100_000;
    let mut recording = Recording::default();
    let mut push = |what| {
        recording.events.push(Event {
            site: Vec::new(),
            what,
        });
    };
    for _ in 0..count {
        push(What::Enter(2, call(2)));
    }
    for enter in 0..count {
        push(What::Exit {
            task: 2,
            enter,
            returned: Returned::from_raw(0),
        });
    }
    push(What::World(World::Sent(Bytes::whole(vec![b'"'; 1 << 22]))));
    // Linear is well under a second, quadratic many minutes.
    let text = recording.to_string();
    assert!(text.parse::<Recording>().unwrap() == recording);
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "/lab/[a-z]{1,8}",
        1 => "[a-z<>\\\\ \\[\\]0-9?\"`,()#\n\u{e9}]{0,12}",
        1 => "[a-z]{0,3}[ :]\\[[0-9]{1,3}\\]",
        1 => any::<String>(),
    ]
}

fn bytes() -> impl Strategy<Value = Bytes> {
    let cut = prop_oneof![3 => Just(0), 1 => any::<u64>()];
    (vec(any::<u8>(), 0..40), cut).prop_map(|(data, cut)| Bytes { data, cut })
}

fn object() -> impl Strategy<Value = Object> {
    let inode = prop_oneof![Just(0), any::<u64>()];
    (name(), inode).prop_map(|(name, inode)| Object { name, inode })
}

fn fd() -> impl Strategy<Value = Fd> {
    (any::<i32>(), option::of(object())).prop_map(|(number, object)| Fd { number, object })
}

/// Words such as the decoder makes, and words that nobody should make.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "0x[1-9a-f][0-9a-f]{0,11}",
        "[A-Z]{1,8}(\\|[A-Z_]{1,8}){0,3}",
        "0[0-7]{1,4}",
        "\\{[a-z]{1,4}=[0-9]{1,3}, [a-z]{1,4}=\"[a-z,\\)]{0,4}\"\\}",
        "\\[[A-Z]{2,5}( [A-Z]{2,5}){0,3}\\]",
        "AT_FDCWD",
        name(),
    ]
}

fn arg() -> impl Strategy<Value = Arg> {
    prop_oneof![
        any::<i64>().prop_map(Arg::Int),
        fd().prop_map(Arg::Fd),
        bytes().prop_map(Arg::Str),
        word().prop_map(Arg::Word),
        Just(Arg::Unknown),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let name = prop_oneof![
        8 => "[a-z][a-z0-9_]{0,10}",
        2 => "mmap|brk|fork|exec|begin",
        1 => name(),
    ];
    (name, vec(arg(), 0..4)).prop_map(|(name, args)| Call { name, args })
}

fn frame() -> impl Strategy<Value = Frame> {
    prop_oneof![
        (name(), any::<u32>(), name()).prop_map(|(file, line, function)| Frame::Source {
            file,
            line,
            function
        }),
        (name(), any::<u64>()).prop_map(|(module, address)| Frame::Native { module, address }),
    ]
}

fn signo() -> impl Strategy<Value = i32> {
    1..=64_i32
}

fn world() -> impl Strategy<Value = World> {
    let stream = prop_oneof![Just(Stream::Stdout), Just(Stream::Stderr)];
    let kind = proptest::sample::select(super::parse::LIMIT_KINDS);
    prop_oneof![
        bytes().prop_map(World::Sent),
        Just(World::Closed),
        Just(World::OutputClosed),
        (stream, bytes()).prop_map(|(stream, bytes)| World::Received(stream, bytes)),
        signo().prop_map(World::Signalled),
        (name(), option::of(bytes())).prop_map(|(path, bytes)| World::File(path, bytes)),
        (kind, any::<u64>()).prop_map(|((_, kind), figure)| World::Limit(kind, figure)),
        any::<u64>().prop_map(World::Passed),
        (name(), option::of((any::<u32>(), any::<u64>()))).prop_map(|(path, found)| {
            World::Mode(path, found.map(|(mode, inode)| Mode { mode, inode }))
        }),
        name().prop_map(World::Blind),
        endpoint().prop_map(World::Listening),
        (name(), any::<u32>()).prop_map(|(crowd, count)| World::Started(crowd, count)),
        name().prop_map(World::Told),
        name().prop_map(World::Dismissed),
        name().prop_map(World::Replaced),
        (name(), bytes()).prop_map(|(path, bytes)| World::Written(path, bytes)),
        name().prop_map(World::HungUp),
        (name(), vec(name(), 0..4)).prop_map(|(path, names)| World::Left(path, names)),
        (name(), any::<u64>()).prop_map(|(path, len)| World::Resized(path, len)),
        (name(), option::of((any::<u64>(), any::<u64>()))).prop_map(|(path, found)| {
            World::Compared(path, found.map(|(len, same)| Likeness { len, same }))
        }),
        bytes().prop_map(World::Target),
        sighting().prop_map(|seen| World::Saw(Box::new(seen))),
        any::<(u64, u64, u64, u64)>().prop_map(|(memory_kib, tasks, descriptors, cpu_us)| {
            World::Measured(Measure {
                memory_kib,
                tasks,
                descriptors,
                cpu_us,
            })
        }),
    ]
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    prop_oneof![
        any::<u16>().prop_map(Endpoint::Tcp),
        any::<u16>().prop_map(Endpoint::Udp),
        name().prop_map(Endpoint::Unix),
    ]
}

fn sighting() -> impl Strategy<Value = Sighting> {
    let end = prop_oneof![
        Just(Ending::Connecting),
        Just(Ending::Open),
        Just(Ending::Fin),
        Just(Ending::Cut),
        Just(Ending::Closed),
        (1..133_i32).prop_map(Ending::Failed),
        name().prop_map(Ending::Tls),
    ];
    let range = (any::<u16>(), any::<u16>())
        .prop_map(|(first, more)| (u32::from(first), u32::from(first) + u32::from(more)));
    let passed = (
        any::<u64>(),
        object(),
        any::<u32>(),
        any::<i32>(),
        any::<i64>(),
        bytes(),
    )
        .prop_map(|(at, object, kind, access, offset, content)| Passed {
            at,
            object,
            kind,
            access,
            offset,
            content,
        });
    (
        (name(), vec(range, 1..3), end, any::<(u64, u64)>()),
        (option::of(any::<u32>()), option::of(any::<u64>())),
        (
            vec(bytes(), 0..3),
            vec(passed, 0..2),
            vec(any::<u8>(), 0..5),
        ),
    )
        .prop_map(
            |(
                (crowd, clients, end, (sent, received)),
                (doing, differs_at),
                (kept, descriptors, certificate),
            )| Sighting {
                crowd,
                clients,
                doing,
                sent,
                received,
                differs_at,
                end,
                kept,
                descriptors,
                certificate,
            },
        )
}

fn exec() -> impl Strategy<Value = ExecState> {
    let limits = vec(("[A-Z]{1,8}", any::<u64>(), Just(u64::MAX)), 0..3);
    (name(), vec(fd(), 0..4), any::<u64>(), any::<u64>(), limits).prop_map(
        |(path, fds, blocked, ignored, limits)| ExecState {
            path,
            fds,
            blocked: SigSet(blocked),
            ignored: SigSet(ignored),
            limits,
        },
    )
}

/// Everything but returns, which must belong to something.
fn other(task: Task) -> impl Strategy<Value = What> {
    let status = prop_oneof![
        any::<i32>().prop_map(ExitStatus::Code),
        signo().prop_map(ExitStatus::Signal)
    ];
    let zombies = vec(any::<Task>(), 0..3);
    let fault = prop_oneof![Just(STRIKE), 0..5_usize];
    prop_oneof![
        (any::<Task>(), any::<bool>()).prop_map(move |(child, thread)| What::Fork {
            task,
            child,
            thread
        }),
        exec().prop_map(move |state| What::Exec(task, state)),
        exec().prop_map(move |state| What::State(task, state)),
        (any::<u64>(), any::<u64>(), any::<Option<u64>>()).prop_map(
            move |(cpu_us, maxrss_kib, private_kib)| {
                let usage = Usage {
                    cpu_us,
                    maxrss_kib,
                    private_kib,
                };
                What::Usage(task, usage)
            }
        ),
        Just(What::Begin(task)),
        signo().prop_map(move |signo| What::Signal(task, signo)),
        signo().prop_map(move |signo| What::Stop(task, signo)),
        (status, zombies.clone()).prop_map(move |(status, zombies)| What::End {
            task,
            status,
            zombies
        }),
        zombies.clone().prop_map(What::Rest),
        zombies.prop_map(What::Zombies),
        fault.prop_map(move |fault| What::Struck(task, fault)),
        world().prop_map(What::World),
    ]
}

#[derive(Clone, Debug)]
enum Move {
    Enter(Task, Call),
    /// Return from the `nth` open call, told by task `Task` if it is not the caller itself.
    Leave(prop::sample::Index, Option<Task>, Returned),
    Other(What),
}

fn returned() -> impl Strategy<Value = Returned> {
    let value = prop_oneof![any::<i64>(), 0..100_i64, -530..0_i64];
    (
        value,
        option::of(object()),
        option::of(any::<u64>()),
        any::<bool>(),
    )
        .prop_map(|(value, object, offset, injected)| Returned {
            object,
            offset,
            injected,
            ..Returned::from_raw(value)
        })
}

/// Recordings of interleaved tasks with calls in flight, some nested, some returned from by
/// another task (a thread that executes a new program returns as its process' leader).
fn recording() -> impl Strategy<Value = Recording> {
    let task = || 2..6_u32;
    let stranger = prop_oneof![4 => Just(None), 1 => task().prop_map(Some)];
    let step = prop_oneof![
        3 => (task(), call()).prop_map(|(task, call)| Move::Enter(task, call)),
        3 => (any::<prop::sample::Index>(), stranger, returned())
            .prop_map(|(nth, task, returned)| Move::Leave(nth, task, returned)),
        2 => task().prop_flat_map(other).prop_map(Move::Other),
    ];
    let site = prop_oneof![2 => Just(Vec::new()), 1 => vec(frame(), 0..3)];
    vec((step, site), 0..30).prop_map(|steps| {
        let mut recording = Recording::default();
        let mut open: Vec<(Task, usize)> = Vec::new();
        for (step, site) in steps {
            let what = match step {
                Move::Enter(task, call) => {
                    open.push((task, recording.events.len()));
                    What::Enter(task, call)
                }
                Move::Leave(_, _, _) if open.is_empty() => continue,
                Move::Leave(nth, stranger, returned) => {
                    let (caller, enter) = open.swap_remove(nth.index(open.len()));
                    What::Exit {
                        task: stranger.unwrap_or(caller),
                        enter,
                        returned,
                    }
                }
                Move::Other(what) => what,
            };
            recording.events.push(Event { site, what });
        }
        recording
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back_the_same(recording in recording()) {
        let text = recording.to_string();
        prop_assert!(text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
        let back = text.parse::<Recording>();
        prop_assert_eq!(back.as_ref(), Ok(&recording), "{}", text);
    }

    #[test]
    fn evidence_is_one_line(recording in recording()) {
        for index in 0..recording.events.len() {
            let line = event_line(&recording, index);
            prop_assert!(!line.is_empty() && !line.contains('\n'));
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let _ = text.parse::<Recording>();
    }

    #[test]
    fn no_broken_line_panics(
        recording in recording(), at in any::<prop::sample::Index>(), wedge in "\\PC{0,3}",
    ) {
        let mut text = recording.to_string();
        let at = at.index(text.len() + 1);
        text.replace_range(at..(at + wedge.len()).min(text.len()), &wedge);
        let _ = text.parse::<Recording>();
    }

    #[test]
    fn dangling_returns_are_printed_all_the_same(enter in any::<usize>(), returned in returned()) {
        let what = What::Exit { task: 2, enter, returned };
        let recording = Recording { events: vec![Event { site: Vec::new(), what }] };
        let back = recording.to_string().parse::<Recording>();
        prop_assert_eq!(back.as_ref(), Ok(&recording));
        prop_assert!(event_line(&recording, 0).starts_with("2 ... ? = "));
    }

    #[test]
    fn signals_have_distinct_names(one in 1..=64_i32, other in 1..=64_i32) {
        prop_assert_eq!(one == other, signal_name(one) == signal_name(other));
    }
}
