//! How descriptor tables are shown: text, growth, JSON and its schema.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use syslab::model::snapshot::Holder;
use syslab::model::table::{Descriptor, History, Kind, Mode, SCHEMA, Socket, Table, Watch};
use syslab::report::{self, Detail};
use syslab::ui::Look;

fn file(number: i32, path: &str) -> Descriptor {
    Descriptor {
        number,
        kind: Kind::File,
        mode: Mode::Write,
        target: path.into(),
        is_deleted: false,
        size: Some(4096),
        allocated: Some(4096),
        file: Some(format!("8:1 {number}")),
        position: Some(412),
        flags: Some(vec!["O_APPEND".into()]),
        closes_on_exec: Some(true),
        socket: None,
        watches: Vec::new(),
        detail: None,
        description: Some(number),
        sharers: 0,
        shared_with: Vec::new(),
        other_end: Vec::new(),
        seen_ms: 0,
    }
}

fn other(number: i32, kind: Kind, mode: Mode, target: &str) -> Descriptor {
    Descriptor {
        kind,
        mode,
        size: None,
        allocated: None,
        file: None,
        position: None,
        flags: Some(Vec::new()),
        ..file(number, target)
    }
}

fn socket(number: i32, protocol: &str, state: &str, local: &str, remote: &str) -> Descriptor {
    let kind = match protocol {
        "tcp" => Kind::Tcp,
        "udp" => Kind::Udp,
        "unix" => Kind::Unix,
        _ => Kind::Socket,
    };
    Descriptor {
        socket: Some(Socket {
            protocol: protocol.into(),
            state: state.into(),
            local: local.into(),
            remote: remote.into(),
        }),
        ..other(number, kind, Mode::Both, &format!("socket:[{number}]"))
    }
}

fn holder(pid: i32, name: &str, number: i32) -> Holder {
    Holder {
        pid,
        name: name.into(),
        number,
    }
}

fn table(descriptors: Vec<Descriptor>) -> Table {
    Table {
        schema: SCHEMA,
        taken: "2026-11-26T03:15:00+01:00".into(),
        pid: 4711,
        name: "app".into(),
        command: vec!["python3".into(), "app.py".into()],
        started_ticks: 1,
        age_ms: 3 * 3_600_000,
        limit: Some(64),
        hard_limit: Some(4096),
        descriptors,
        table_shared_with: Vec::new(),
        unseen: 2,
        refused: BTreeMap::new(),
    }
}

/// A service that leaks its rotated log.
fn leaky() -> Table {
    let child = |one: Descriptor| Descriptor {
        sharers: 1,
        shared_with: vec![holder(4712, "worker", one.number)],
        ..one
    };
    let mut all = vec![
        child(other(0, Kind::Device, Mode::Read, "/dev/null")),
        child(Descriptor {
            other_end: vec![holder(4713, "tee", 0)],
            ..other(1, Kind::Pipe, Mode::Write, "pipe:[17]")
        }),
        child(other(2, Kind::Pipe, Mode::Write, "pipe:[18]")),
        child(file(3, "/var/log/app.log")),
        socket(4, "tcp", "listening", "0.0.0.0:80", ""),
        Descriptor {
            other_end: vec![holder(4720, "curl", 3)],
            ..socket(5, "tcp", "established", "127.0.0.1:80", "127.0.0.1:40000")
        },
        socket(6, "tcp", "", "", ""),
        socket(7, "netlink", "", "", ""),
        Descriptor {
            watches: vec![
                Watch {
                    number: 4,
                    events: vec!["EPOLLIN".into(), "EPOLLET".into()],
                    data: "0x4".into(),
                    is_stale: false,
                },
                Watch {
                    number: 60,
                    events: vec!["EPOLLOUT".into()],
                    data: "0x3c".into(),
                    is_stale: true,
                },
            ],
            ..other(8, Kind::Epoll, Mode::Both, "anon_inode:[eventpoll]")
        },
        Descriptor {
            detail: Some("every 10 s, next in 2.5 s".into()),
            ..other(9, Kind::Timerfd, Mode::Both, "anon_inode:[timerfd]")
        },
        Descriptor {
            description: Some(3),
            sharers: 3,
            shared_with: vec![holder(4712, "worker", 3), holder(4711, "app", 3)],
            ..file(10, "/var/log/app.log")
        },
        Descriptor {
            is_deleted: true,
            mode: Mode::Both,
            seen_ms: 12_000,
            ..file(11, "/tmp/scratch")
        },
    ];
    all.extend((12..48).map(|number| Descriptor {
        is_deleted: true,
        file: Some(format!("8:1 {}", number / 12)),
        ..file(number, "/var/log/app.log.1")
    }));
    all.extend((48..52).map(|number| Descriptor {
        description: Some(48),
        ..file(number, "/etc/hosts")
    }));
    table(all)
}

/// Names and paths that mean harm.
fn hostile() -> Table {
    let evil = "\x1b[2J\u{202e}\n4711 forged";
    let mut all = vec![Descriptor {
        shared_with: vec![holder(1, evil, 3)],
        flags: Some(Vec::new()),
        ..file(3, evil)
    }];
    all.push(socket(4, "unix", "connected", evil, evil));
    all.push(Descriptor {
        detail: Some(evil.into()),
        ..other(5, Kind::Other, Mode::Neither, evil)
    });
    all.push(Descriptor {
        other_end: vec![holder(1, evil, 3)],
        ..other(6, Kind::Pipe, Mode::Read, evil)
    });
    all.extend((7..20).map(|number| file(number, &format!("/{evil}/{number}"))));
    Table {
        name: evil.into(),
        command: vec![evil.into(), evil.into()],
        refused: BTreeMap::from([("shared_with".into(), "EPERM".into())]),
        table_shared_with: vec![4712],
        ..table(all)
    }
}

#[test]
fn what_is_alike_is_one_line() {
    assert_snapshot!(report::descriptors(&leaky(), Look::PLAIN, Detail::Usual));
}

#[test]
fn each_descriptor_has_its_line() {
    assert_snapshot!(report::descriptors(&leaky(), Look::PLAIN, Detail::All));
}

#[test]
fn lines_fit_a_narrow_terminal() {
    let look = Look {
        color: false,
        width: Some(70),
    };
    for detail in [Detail::Usual, Detail::All] {
        for line in report::descriptors(&leaky(), look, detail).lines() {
            assert!(syslab::ui::columns(line) <= 70, "{line}");
        }
    }
}

/// A look each second, at which three more are open.
fn course() -> (History, Table) {
    let mut history = History::default();
    let mut last = leaky();
    for second in 0..5 {
        last = leaky();
        last.descriptors.truncate(30 + 3 * second);
        history.add(1000 * second as u64, &last);
    }
    (history, last)
}

#[test]
fn growth_is_a_graph_and_has_an_end() {
    let (history, last) = course();
    let picture = report::growth(&history, &last, Look::PLAIN);
    let changes = report::growth_lines(&history, &last).join("\n");
    assert_snapshot!(format!("{picture}\n{changes}"));
}

#[test]
fn nothing_new_is_no_line() {
    let mut history = History::default();
    history.add(0, &leaky());
    history.add(1000, &leaky());
    assert_eq!(report::growth_lines(&history, &leaky()), [] as [String; 0]);
}

#[test]
fn a_hostile_table_forges_nothing() {
    let is_harmful = |c: &char| !syslab::ui::is_safe(*c) && *c != '\n';
    let mut history = History::default();
    history.add(0, &table(Vec::new()));
    history.add(1000, &hostile());
    for text in [
        report::descriptors(&hostile(), Look::PLAIN, Detail::Usual),
        report::descriptors(&hostile(), Look::PLAIN, Detail::All),
        report::growth(&history, &hostile(), Look::PLAIN),
        report::growth_lines(&history, &hostile()).join("\n"),
        report::descriptors_json(&hostile()),
    ] {
        assert_eq!(text.chars().find(is_harmful), None, "{text}");
        assert!(!text.contains("\n4711 forged"), "{text}");
    }
    let back: Table = serde_json::from_str(&report::descriptors_json(&hostile())).unwrap();
    assert_eq!(back, hostile(), "and nothing is lost in JSON");
}

#[test]
fn the_schema_knows_every_field_and_no_other() {
    let schema: serde_json::Value = serde_json::from_str(report::DESCRIPTORS_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for table in [leaky(), hostile()] {
        let value = serde_json::from_str(&report::descriptors_json(&table)).unwrap();
        assert!(validator.is_valid(&value), "{value}");
    }
    let whole = serde_json::to_value(leaky()).unwrap();
    // At every object of the value: a field more, and each field less, is noticed.
    for pointer in [
        "",
        "/descriptors/0",
        "/descriptors/0/shared_with/0",
        "/descriptors/4/socket",
        "/descriptors/8/watches/0",
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
