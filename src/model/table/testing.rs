//! Tables for tests.

use std::collections::BTreeMap;

use super::{Descriptor, Kind, Mode, SCHEMA, Socket, Table};

pub(super) fn table(descriptors: Vec<Descriptor>) -> Table {
    Table {
        schema: SCHEMA,
        taken: "2026-11-26T03:15:00+01:00".into(),
        pid: 4711,
        name: "app".into(),
        command: vec!["app".into()],
        started_ticks: 1,
        age_ms: 1000,
        limit: Some(1024),
        hard_limit: None,
        descriptors,
        table_shared_with: Vec::new(),
        unseen: 0,
        refused: BTreeMap::new(),
    }
}

pub(super) fn file(number: i32, path: &str) -> Descriptor {
    Descriptor {
        number,
        kind: Kind::File,
        mode: Mode::Write,
        target: path.into(),
        is_deleted: false,
        size: Some(0),
        allocated: Some(0),
        file: Some("8:1 2".into()),
        position: Some(0),
        flags: Some(Vec::new()),
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

pub(super) fn socket(number: i32, state: &str, local: &str, remote: &str) -> Descriptor {
    Descriptor {
        kind: Kind::Tcp,
        mode: Mode::Both,
        target: format!("socket:[{number}]"),
        socket: Some(Socket {
            protocol: "tcp".into(),
            state: state.into(),
            local: local.into(),
            remote: remote.into(),
        }),
        size: None,
        allocated: None,
        file: None,
        position: None,
        ..file(number, "")
    }
}
