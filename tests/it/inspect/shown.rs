//! How a snapshot looks: as text, as JSON, and what is said of changes.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use syslab::model::snapshot::{
    Children, Descriptors, End, Ended, Futex, Held, Holder, Limit, Memory, Process, SCHEMA,
    Snapshot, State, Target, Thread, Wait, Which,
};
use syslab::report::{self, Detail};
use syslab::ui::Look;

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn thread(tid: i32, name: &str, wait: Option<Wait>) -> Thread {
    Thread {
        tid,
        name: name.into(),
        state: State::Sleeping,
        cpu_ms: 10,
        blocked: Vec::new(),
        pending: Vec::new(),
        wait,
    }
}

fn waits(call: &str) -> Wait {
    Wait {
        call: Some(call.into()),
        ..Wait::default()
    }
}

fn process(pid: i32, parent: i32, command: &[&str], wait: Option<Wait>) -> Process {
    let name = command.first().copied().unwrap_or("gone");
    Process {
        pid,
        inside_pid: pid,
        parent,
        group: 4711,
        session: 4700,
        tracer: None,
        name: name.into(),
        command: strings(command),
        is_kernel_thread: false,
        state: State::Sleeping,
        ended: None,
        real_uid: 1000,
        uid: 1000,
        user: Some("me".into()),
        directory: Some("/home/me".into()),
        program: Some(format!("/usr/bin/{name}")),
        started: "2026-11-26T01:17:10+01:00".into(),
        started_ticks: 100 + u64::from(pid.unsigned_abs()),
        age_ms: 7_380_000,
        user_ms: 1000,
        system_ms: 250,
        memory: Some(Memory {
            resident_kib: 3500,
            proportional_kib: Some(1100),
            space_kib: 12_288,
        }),
        descriptors: Some(Descriptors {
            count: 4,
            kinds: BTreeMap::from([("pipe".into(), 1), ("terminal".into(), 3)]),
        }),
        limits: vec![
            Limit {
                name: "CPU".into(),
                soft: None,
                hard: None,
                used: Some(1),
                is_below_parent: Some(false),
            },
            Limit {
                name: "NOFILE".into(),
                soft: Some(1024),
                hard: Some(524_288),
                used: Some(4),
                is_below_parent: Some(false),
            },
        ],
        ignored: Vec::new(),
        caught: Vec::new(),
        pending: Vec::new(),
        threads: vec![thread(pid, name, wait)],
        zombies: Vec::new(),
        refused: BTreeMap::new(),
    }
}

fn zombie(pid: i32, parent: i32, ended: Ended) -> Process {
    Process {
        state: State::Zombie,
        ended: Some(ended),
        directory: None,
        program: None,
        memory: None,
        descriptors: None,
        limits: Vec::new(),
        threads: vec![Thread {
            state: State::Zombie,
            ..thread(pid, "true", None)
        }],
        ..process(pid, parent, &[], None)
    }
}

fn held(number: i32, target: Target) -> Held {
    Held { number, target }
}

fn pipe(end: End, other_end: Vec<Holder>) -> Target {
    Target::Pipe {
        name: "pipe:[1234]".into(),
        end,
        other_end,
        unseen: 0,
    }
}

fn socket(state: &str, local: &str, remote: &str) -> Target {
    Target::Socket {
        name: "socket:[99]".into(),
        protocol: "tcp".into(),
        state: state.into(),
        local: local.into(),
        remote: remote.into(),
        other_end: Vec::new(),
    }
}

/// A shell with a bit of everything below it.
fn zoo() -> Snapshot {
    let children = Children {
        which: Which::Any,
        pids: vec![4712, 4713, 4714],
    };
    let mut shell = process(
        4711,
        4700,
        &["sh", "-c", "sleep 1000 | cat; it's"],
        Some(Wait {
            children: Some(children),
            ..waits("wait4")
        }),
    );
    shell.ignored = strings(&["SIGQUIT"]);
    shell.caught = strings(&["SIGHUP", "SIGCHLD"]);
    shell.pending = strings(&["SIGUSR1"]);
    shell.threads[0].blocked = strings(&["SIGUSR1", "SIGTERM"]);
    shell.zombies = vec![4720, 4721, 4722, 4723, 4724];
    let sleeper = Wait {
        asked_ms: Some(1_000_000),
        ..waits("clock_nanosleep")
    };
    let writer = Holder {
        pid: 4712,
        name: "sleep".into(),
        number: 1,
    };
    let mut cat = process(
        4713,
        4711,
        &["cat"],
        Some(Wait {
            descriptors: vec![held(0, pipe(End::Read, vec![writer]))],
            ..waits("read")
        }),
    );
    cat.limits[1].soft = Some(5);
    cat.limits[1].is_below_parent = Some(true);
    cat.limits[1].used = Some(5);
    let mut server = process(4714, 4711, &["server"], None);
    let epoll = Target::Eventpoll {
        watches: vec![
            held(3, socket("listening", "127.0.0.1:8080", "")),
            held(
                5,
                socket("established", "127.0.0.1:8080", "127.0.0.1:40000"),
            ),
        ],
    };
    let futex = |address: &str, thread| Wait {
        futex: Some(Futex {
            address: address.into(),
            expected: 4716,
            thread,
        }),
        left_ms: Some(1500),
        ..waits("futex")
    };
    server.threads = vec![
        thread(
            4714,
            "server",
            Some(Wait {
                descriptors: vec![held(4, epoll)],
                asked_ms: Some(5000),
                ..waits("epoll_wait")
            }),
        ),
        thread(4716, "worker", Some(futex("0x7f00", Some(4714)))),
        thread(4717, "worker", Some(futex("0x7f80", None))),
        thread(4718, "worker", Some(futex("0x7f80", None))),
    ];
    server.threads[3].blocked = strings(&["SIGINT"]);
    server.uid = 0;
    server.user = Some("root".into());
    server.directory = None;
    server.program = None;
    server.refused = BTreeMap::from([
        ("directory".into(), "EACCES".into()),
        ("program".into(), "EACCES".into()),
    ]);
    let zombies = (4720..=4724).map(|pid| zombie(pid, 4711, Ended::Status(3)));
    let mut processes = vec![
        shell,
        process(4712, 4711, &["sleep", "1000"], Some(sleeper)),
    ];
    processes.extend([cat, server]);
    processes.extend(zombies);
    Snapshot {
        schema: SCHEMA,
        taken: "2026-11-26T03:20:10+01:00".into(),
        root: 4711,
        processes,
    }
}

/// Names, paths and arguments that mean harm.
fn hostile() -> Snapshot {
    let evil = "\x1b[2J\u{202e}\n4711 running  forged";
    let mut process = process(4711, 1, &[evil, evil], None);
    process.name = evil.into();
    process.directory = Some(evil.into());
    process.program = Some(evil.into());
    process.user = Some(evil.into());
    process.ignored = strings(&[evil]);
    process.refused = BTreeMap::from([("call".into(), "EPERM".into())]);
    process.threads = vec![
        thread(
            4711,
            evil,
            Some(Wait {
                path: Some(evil.into()),
                descriptors: vec![
                    held(1, Target::File { path: evil.into() }),
                    held(2, Target::Other { name: evil.into() }),
                    held(3, Target::Unknown),
                ],
                signals: Some(strings(&[evil])),
                ..waits("openat")
            }),
        ),
        thread(
            4712,
            evil,
            Some(Wait {
                kernel_function: Some(evil.into()),
                ..Wait::default()
            }),
        ),
    ];
    Snapshot {
        schema: SCHEMA,
        taken: "2026-11-26T03:20:10+01:00".into(),
        root: 4711,
        processes: vec![process],
    }
}

#[test]
fn a_tree_says_what_matters() {
    assert_snapshot!(report::processes(&zoo(), Look::PLAIN, Detail::Usual));
}

#[test]
fn a_detailed_tree_says_all() {
    assert_snapshot!(report::processes(&zoo(), Look::PLAIN, Detail::All));
}

#[test]
fn a_tree_fits_a_narrow_terminal() {
    let look = Look {
        color: true,
        width: Some(60),
    };
    let text = report::processes(&zoo(), look, Detail::Usual);
    assert_snapshot!(text.replace('\x1b', "^"));
    let plain = Look {
        color: false,
        ..look
    };
    for line in report::processes(&zoo(), plain, Detail::Usual).lines() {
        assert!(syslab::ui::columns(line) <= 60, "{line}");
    }
}

#[test]
fn a_hostile_process_forges_nothing() {
    let is_harmful = |c: &char| !syslab::ui::is_safe(*c) && *c != '\n';
    for detail in [Detail::Usual, Detail::All] {
        let text = report::processes(&hostile(), Look::PLAIN, detail);
        assert_eq!(text.chars().find(is_harmful), None, "{text}");
        assert!(!text.contains("\n4711 running"), "{text}");
    }
    assert_snapshot!(report::processes(&hostile(), Look::PLAIN, Detail::Usual));
    let json = report::processes_json(&hostile());
    assert_eq!(json.chars().find(is_harmful), None, "{json}");
    let back: Snapshot = serde_json::from_str(&json).unwrap();
    assert_eq!(back, hostile(), "and nothing is lost in JSON");
    let lines = report::changes(&zoo(), &hostile()).join("");
    assert_eq!(lines.chars().find(|c| !syslab::ui::is_safe(*c)), None);
}

#[test]
fn changes_are_told_of_whom_they_are() {
    let before = zoo();
    let mut after = zoo();
    // The sleeper ends, another process comes to its number, the cat runs, the shell reaps.
    let gone = after
        .processes
        .iter()
        .position(|one| one.pid == 4712)
        .unwrap();
    after.processes[gone] = zombie(4712, 4711, Ended::Signal("SIGTERM".into()));
    after.processes.retain(|one| one.pid != 4720);
    let cat = after
        .processes
        .iter_mut()
        .find(|one| one.pid == 4713)
        .unwrap();
    cat.state = State::Running;
    cat.threads[0].wait = None;
    cat.ignored = strings(&["SIGINT"]);
    cat.memory = Some(Memory {
        resident_kib: 9000,
        proportional_kib: None,
        space_kib: 12_288,
    });
    cat.descriptors = Some(Descriptors {
        count: 6,
        kinds: BTreeMap::new(),
    });
    cat.user_ms += 500;
    after.processes.push(process(4730, 4711, &["date"], None));
    let mut reused = process(4721, 4711, &["new"], None);
    reused.started_ticks += 1;
    *after
        .processes
        .iter_mut()
        .find(|one| one.pid == 4721)
        .unwrap() = reused;
    assert_snapshot!(report::changes(&before, &after).join("\n"));
    assert_eq!(report::changes(&after, &after), [] as [String; 0]);
}

#[test]
fn a_time_out_that_runs_off_is_no_change() {
    let wait = |left| Wait {
        left_ms: Some(left),
        ..waits("clock_nanosleep")
    };
    let look = |left| Snapshot {
        processes: vec![process(4711, 1, &["sleep"], Some(wait(left)))],
        ..zoo()
    };
    assert_eq!(report::changes(&look(900), &look(400)), [] as [String; 0]);
}

#[test]
fn the_schema_knows_every_field_and_no_other() {
    let schema: serde_json::Value = serde_json::from_str(report::PROCESSES_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for snapshot in [zoo(), hostile()] {
        let value = serde_json::from_str(&report::processes_json(&snapshot)).unwrap();
        let complaints: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(complaints, [] as [String; 0]);
    }
    let whole = serde_json::to_value(zoo()).unwrap();
    // At every object of the value: a field more, and each field less, is noticed.
    for pointer in [
        "",
        "/processes/0",
        "/processes/0/memory",
        "/processes/0/descriptors",
        "/processes/0/limits/0",
        "/processes/0/threads/0",
        "/processes/0/threads/0/wait",
        "/processes/0/threads/0/wait/children",
        "/processes/2/threads/0/wait/descriptors/0",
        "/processes/2/threads/0/wait/descriptors/0/other_end/0",
        "/processes/3/threads/0/wait/descriptors/0",
        "/processes/3/threads/0/wait/descriptors/0/watches/1",
        "/processes/3/threads/1/wait/futex",
        "/processes/4/ended",
    ] {
        let object = whole.pointer(pointer).unwrap().as_object().unwrap();
        let mut more = whole.clone();
        more.pointer_mut(pointer).unwrap()["surplus"] = true.into();
        assert!(!validator.is_valid(&more), "{pointer}: a field more");
        for field in object.keys() {
            let mut less = whole.clone();
            let object = less.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            object.remove(field);
            assert!(!validator.is_valid(&less), "{pointer}: without {field}");
        }
    }
}
