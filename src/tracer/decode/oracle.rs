//! Holds the table and the notation against strace(1), which must be installed for these tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{sets, table, word};

/// The version whose sets and notation are ours.
const VERSION: &str = "version 6.1";

/// Compiles a program of `tests/programs`; says so and gives `None` if a tool is missing.
fn compiled(name: &str, into: &Path) -> Option<PathBuf> {
    let version = Command::new("strace").arg("-V").output().ok();
    let is_there =
        version.is_some_and(|out| String::from_utf8_lossy(&out.stdout).contains(VERSION));
    if !is_there {
        eprintln!("SKIPPED: strace {VERSION} is not installed");
        return None;
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/programs")
        .join(name);
    let program = into.join("program");
    let mut compiler = Command::new("cc");
    match compiler
        .arg("-w")
        .arg("-o")
        .arg(&program)
        .arg(source)
        .status()
    {
        Ok(status) => assert!(status.success(), "{name} does not compile"),
        Err(_) => {
            eprintln!("SKIPPED: there is no C compiler");
            return None;
        }
    }
    Some(program)
}

/// The last number that strace 6.1 knows: set_mempolicy_home_node(2).
const LAST_KNOWN: u64 = 450;

/// The first two ignore the filter and end a program that has not set them up; the last is how
/// the program ends.
const NOT_MADE: [&str; 3] = ["uretprobe", "uprobe", "exit_group"];

#[test]
fn sets_are_those_of_strace() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = compiled("every-call.c", dir.path()) else {
        return;
    };
    let numbers: Vec<u64> = (0..=LAST_KNOWN)
        .filter(|nr| table::row(*nr).is_some_and(|row| !NOT_MADE.contains(&row.name)))
        .collect();
    let log = dir.path().join("log");
    let mut known = BTreeMap::new();
    for set in [
        "all",
        "none",
        "file",
        "%file",
        "desc",
        "%desc",
        "memory",
        "%memory",
        "process",
        "%process",
        "signal",
        "%signal",
        "ipc",
        "%ipc",
        "network",
        "%network",
        "%net",
        "%creds",
        "%clock",
        "%pure",
        "%stat",
        "%lstat",
        "%fstat",
        "%%stat",
        "%statfs",
        "%fstatfs",
        "%%statfs",
        "!futex",
        "!%desc",
        "read,write",
    ] {
        let status = Command::new("strace")
            .args(["-e", &format!("trace={set}"), "-e", "signal=none", "-o"])
            .arg(&log)
            .arg(&program)
            .args(numbers.iter().map(u64::to_string))
            .status()
            .unwrap();
        assert!(status.success());
        let text = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
        let traced: BTreeSet<&str> = text
            .lines()
            .filter(|line| line.contains("ENOSYS"))
            .filter_map(|line| Some(line.split_once('(')?.0))
            .collect();
        let words: Vec<String> = set.split(',').map(str::to_owned).collect();
        let resolved = sets::resolve(&words).unwrap();
        let ours: BTreeSet<&str> = numbers
            .iter()
            .filter(|nr| resolved.contains(**nr))
            .filter_map(|nr| table::name(*nr))
            .collect();
        let missing: Vec<_> = traced.difference(&ours).collect();
        let extra: Vec<_> = ours.difference(&traced).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "{set}: we lack {missing:?} and have {extra:?} too many"
        );
        known.insert(set, ours.len());
    }
    assert!(known["all"] > 300, "strace saw only {} calls", known["all"]);
}

#[cfg(target_arch = "x86_64")]
mod arguments {
    use nix::sys::ptrace::{self, Options};
    use nix::sys::signal::Signal;
    use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
    use nix::unistd::Pid;

    use super::*;
    use crate::model::text::call_head;
    use crate::model::{Arg, Call};
    use crate::tracer::decode::{Depth, Entered, enter, exit};

    const DEPTH: Depth = Depth {
        bytes: 1 << 16,
        objects: false,
    };

    /// The arguments of a call in both notations, or why they cannot be compared.
    const INCOMPARABLE: &[(&str, &str)] = &[
        ("rt_sigreturn", "what it restores is on the program's stack"),
        ("quotactl", "the command is not taken apart"),
        ("uname", "this machine's"),
    ];

    #[test]
    fn arguments_are_shown_as_strace_shows_them() {
        let dir = tempfile::tempdir().unwrap();
        let Some(program) = compiled("every-argument.c", dir.path()) else {
            return;
        };
        let work = dir.path().join("work");
        let theirs = in_fresh(&work, || straced(&program, dir.path(), &work));
        let ours = in_fresh(&work, || traced(&program, &work));
        let mut wrong = Vec::new();
        for nth in 0..ours.len().max(theirs.len()) {
            let [one, other] = [&ours, &theirs].map(|all| all.get(nth).map_or("nothing", |c| c));
            let name = other.split('(').next().unwrap_or_default();
            if one != other && !INCOMPARABLE.iter().any(|(call, _)| *call == name) {
                wrong.push(format!("    ours {one}\n  strace {other}"));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} differ:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(ours.len() > 300, "only {} calls were compared", ours.len());
    }

    fn in_fresh(work: &Path, run: impl FnOnce() -> Vec<String>) -> Vec<String> {
        fs::create_dir(work).unwrap();
        let calls = run();
        fs::remove_dir_all(work).unwrap();
        calls
    }

    fn command(program: impl AsRef<std::ffi::OsStr>, work: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(work)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// What strace shows of the program's calls.
    fn straced(program: &Path, dir: &Path, work: &Path) -> Vec<String> {
        let log = dir.join("log");
        let mut command = command("strace", work);
        command.args(["-s", "65536", "-o"]).arg(&log).arg(program);
        let mut child = command.spawn().unwrap();
        feed(&mut child);
        assert!(child.wait().unwrap().success());
        let text = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
        let calls = text
            .lines()
            .filter(|line| !line.starts_with("---"))
            .filter_map(|line| {
                let end = line.rfind(" = ")?;
                let (call, result) = (line[..end].trim_end(), line[end + 3..].trim());
                Some((comparable(call), result.to_owned()))
            })
            .collect();
        named_alike(calls)
    }

    fn feed(child: &mut std::process::Child) {
        use std::io::Write;
        child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
    }

    /// What we show of them.
    fn traced(program: &Path, work: &Path) -> Vec<String> {
        let mut child = command(program, work).spawn().unwrap();
        let pid = Pid::from_raw(child.id() as i32);
        ptrace::seize(
            pid,
            Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_EXITKILL,
        )
        .unwrap();
        ptrace::interrupt(pid).unwrap();
        feed(&mut child);
        let mut calls = Vec::new();
        let mut entered: Option<(Entered, Call)> = None;
        loop {
            let mut pass_on: Option<Signal> = None;
            match waitpid(pid, Some(WaitPidFlag::__WALL)).unwrap() {
                WaitStatus::PtraceSyscall(_) => {
                    let regs = ptrace::getregs(pid).unwrap();
                    match entered.take() {
                        None => {
                            let call = Entered {
                                nr: regs.orig_rax,
                                args: [regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9],
                            };
                            entered = Some((call, enter(pid.as_raw(), &call, &DEPTH)));
                        }
                        Some((registers, mut call)) => {
                            let raw = regs.rax as i64;
                            exit(pid.as_raw(), &registers, &mut call, raw, &DEPTH);
                            let head = call_head(&call);
                            assert!(!head.contains('`'), "{head} has a word that is none");
                            calls.push((shown(&call), raw.to_string()));
                        }
                    }
                }
                WaitStatus::Stopped(_, signal) => pass_on = Some(signal),
                WaitStatus::Exited(_, status) => {
                    assert_eq!(status, 0);
                    break;
                }
                WaitStatus::Signaled(_, signal, _) => panic!("the program died of {signal}"),
                _ => {}
            }
            ptrace::syscall(pid, pass_on).unwrap();
        }
        named_alike(calls)
    }

    fn shown(call: &Call) -> String {
        let args: Vec<String> = call
            .args
            .iter()
            .map(|arg| match arg {
                Arg::Int(number) => number.to_string(),
                Arg::Fd(fd) => fd.number.to_string(),
                Arg::Str(bytes) => word::quoted(&bytes.data, bytes.cut > 0),
                Arg::Word(word) => word.clone(),
                Arg::Unknown => "?".to_owned(),
            })
            .collect();
        format!("{}({})", call.name, args.join(", "))
    }

    /// Leaves the calls between the markers, with process ids and IPC ids replaced.
    fn named_alike(calls: Vec<(String, String)>) -> Vec<String> {
        let marker = |name: &str| {
            let text = format!("access(\"{name}\", F_OK)");
            calls.iter().position(|(call, _)| *call == text).unwrap()
        };
        let calls = &calls[marker("begin")..marker("end")];
        let is_fork = |call: &str| call.starts_with("getpid") || call.starts_with("clone(");
        let ids: BTreeSet<&str> = calls
            .iter()
            .filter(|(call, result)| is_fork(call) && !result.starts_with('-'))
            .map(|(_, result)| result.as_str())
            .collect();
        calls
            .iter()
            .map(|(call, _)| {
                let mut text = call.clone();
                for id in &ids {
                    text = without_id(&text, id);
                }
                let name = text.split('(').next().unwrap_or_default();
                let is_ipc = ["shm", "sem", "msg"]
                    .iter()
                    .any(|kind| name.starts_with(kind));
                if is_ipc && !name.ends_with("get") && name != "shmdt" {
                    let (_, rest) = text.split_once(',').unwrap();
                    text = format!("{name}(ID,{rest}");
                }
                if let Some((before, rest)) = text.split_once("{ru_utime=") {
                    let after = rest.rsplit_once("...}").map_or("", |(_, after)| after);
                    text = format!("{before}RUSAGE{after}");
                }
                text
            })
            .collect()
    }

    /// With `PID` in the place of this process id; not where its digits are a part of another number.
    fn without_id(text: &str, id: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(id) {
            let is_whole = before.ends_with(['(', ' ', '='])
                && !after.starts_with(|next: char| next.is_ascii_digit());
            out.push_str(before);
            out.push_str(if is_whole { "PID" } else { id });
            rest = after;
        }
        out + rest
    }

    #[test]
    fn an_id_is_no_part_of_another_number() {
        let text = "kill(1073741824, 10737) = 10737, 110737 {pid=10737}";
        assert_eq!(
            without_id(text, "10737"),
            "kill(1073741824, PID) = PID, 110737 {pid=PID}"
        );
    }

    /// strace's line in our notation: escapes, joined I/O vectors, no comment on times.
    fn comparable(line: &str) -> String {
        let mut text = reescaped(line);
        const PART: &str = "{iov_base=\"";
        while let Some(start) = text.find(&format!("[{PART}")) {
            let mut joined = String::new();
            let mut rest = &text[start + 1..];
            while let Some(part) = rest.strip_prefix(PART) {
                let end = closing_quote(part);
                joined.push_str(&part[..end]);
                rest = part[end..]
                    .split_once('}')
                    .unwrap()
                    .1
                    .trim_start_matches(", ");
            }
            let rest = rest.strip_prefix(']').unwrap().to_owned();
            text = format!("{}\"{joined}\"{rest}", &text[..start]);
        }
        if text.starts_with("writev") {
            text = text.replace("[]", "\"\"");
        }
        while let Some((before, rest)) = text.split_once(" /* 19") {
            text = before.to_owned() + rest.split_once("*/").unwrap().1;
        }
        text
    }

    fn closing_quote(text: &str) -> usize {
        let mut is_escaped = false;
        text.bytes()
            .position(|byte| {
                let ends = byte == b'"' && !is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                ends
            })
            .unwrap()
    }

    /// Octal escapes as hexadecimal ones.
    fn reescaped(line: &str) -> String {
        let mut text = String::new();
        let mut rest = line;
        while let Some((before, quoted)) = rest.split_once('"') {
            let end = closing_quote(quoted);
            text.push_str(before);
            text.push_str(&word::quoted(&bytes_of(&quoted[..end]), false));
            rest = &quoted[end + 1..];
        }
        text + rest
    }

    fn bytes_of(escaped: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = escaped.as_bytes();
        while let [first, tail @ ..] = rest {
            rest = tail;
            if *first != b'\\' {
                bytes.push(*first);
                continue;
            }
            let digits = rest
                .iter()
                .take(3)
                .take_while(|d| (b'0'..=b'7').contains(d))
                .count();
            if digits > 0 {
                let octal = std::str::from_utf8(&rest[..digits]).unwrap();
                bytes.push(u8::from_str_radix(octal, 8).unwrap());
                rest = &rest[digits..];
            } else {
                bytes.push(match rest[0] {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'v' => 0x0b,
                    b'f' => 0x0c,
                    other => other,
                });
                rest = &rest[1..];
            }
        }
        bytes
    }
}
