//! Shared memory, looked at from outside: real objects, who has them, and what nobody has.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

use syslab::model::memory::{Kind, Memory, Object};
use syslab::sys::shared::Words;
use syslab::sys::system_v;

fn syslab(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syslab"));
    command
        .args(["shm", "inspect"])
        .args(args)
        .env("PAGER", "cat")
        .stdin(Stdio::null());
    command
}

fn json(args: &[&str]) -> Memory {
    let output = syslab(&[args, &["--json"]].concat()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = serde_json::from_str(syslab::report::MEMORY_SCHEMA).unwrap();
    assert!(
        jsonschema::draft202012::is_valid(&schema, &value),
        "{value}"
    );
    serde_json::from_value(value).unwrap()
}

fn find<'a>(all: &'a Memory, kind: Kind, name: &str) -> Option<&'a Object> {
    all.objects
        .iter()
        .find(|object| object.kind == kind && object.name == name)
}

/// A name in /dev/shm that goes when this does.
struct Name(String);

impl Drop for Name {
    fn drop(&mut self) {
        let _absent = fs::remove_file(format!("/dev/shm{}", self.0));
    }
}

#[test]
fn a_name_has_users_and_then_none() {
    let me = std::process::id();
    let name = Name(format!("/syslab-inspect-{me}"));
    let path = format!("/dev/shm{}", name.0);
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .unwrap();
    file.set_len(1 << 20).unwrap();
    let words = Words::new(&file).unwrap();
    words.word(0).store(1, Ordering::SeqCst);
    drop(file);
    let all = json(&[]);
    let object = find(&all, Kind::Named, &name.0).unwrap();
    assert_eq!((object.size, object.is_used), (Some(1 << 20), Some(true)));
    let [user] = &object.users[..] else {
        panic!("{object:?}");
    };
    assert_eq!(user.pid, me.cast_signed());
    assert!(user.is_mapped && user.is_writable && user.proportional_kib > 0);
    let own = json(&[&me.to_string()]);
    assert!(find(&own, Kind::Named, &name.0).is_some());
    drop(words);
    let all = json(&[]);
    let object = find(&all, Kind::Named, &name.0).unwrap();
    assert!(object.users.is_empty());
    let expected = (all.unseen == 0).then_some(false);
    assert_eq!(object.is_used, expected);
    let text = syslab(&[]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    let at = text
        .lines()
        .position(|line| line.contains(&name.0))
        .unwrap();
    assert!(
        text.lines().nth(at + 1).unwrap().contains("nobody"),
        "{text}"
    );
    let own = json(&[&me.to_string()]);
    assert!(find(&own, Kind::Named, &name.0).is_none());
}

#[test]
fn a_segment_says_who_has_made_it() {
    let id = system_v::make(5000).unwrap();
    let before = json(&[]);
    system_v::fill(id, 5000).unwrap();
    let attached = json(&[]);
    system_v::remove(id).unwrap();
    let removed = json(&[]);
    let name = id.to_string();
    let of = |all: &Memory| find(all, Kind::Segment, &name).unwrap().clone();
    let first = of(&before);
    assert_eq!((first.size, first.is_used), (Some(5000), Some(false)));
    assert_eq!(first.creator.unwrap().pid, std::process::id().cast_signed());
    let second = of(&attached);
    assert_eq!(second.is_used, Some(true));
    assert!(second.users[0].proportional_kib >= 4);
    assert!(!second.is_removed && of(&removed).is_removed);
}

#[test]
fn who_is_not_there_is_no_process() {
    let output = syslab(&["2147483647"]).output().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(syslab::exit::USAGE)));
}
