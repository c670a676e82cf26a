//! Lies that the kernel tells in a run, and sweeps.

use super::words;
use crate::model::text::errno_number;
use crate::model::toml_reader::Reader;
use crate::model::{Action, Arming, Fault, Role, Strike, Sweep, Trigger};

/// The largest figure in a fault.
const MOST: u64 = 1 << 40;

/// The most calls that a trigger counts.
const MOST_CALLS: u64 = 1_000_000;

/// One fault.
pub(super) fn fault(table: &mut Reader<'_, '_>) -> Option<Fault> {
    let mut trigger = trigger(table);
    let nth = table.whole("nth", MOST_CALLS);
    if nth == Some(0) {
        table.refuse("nth", "must be 1 or more: calls are counted from 1");
    }
    trigger.first = nth.unwrap_or(1) as u32;
    trigger.every = table.whole("every", MOST_CALLS).unwrap_or(0) as u32;
    let error = table.parsed("error", r#"the name of an errno: "ENOSPC""#, errno);
    let actions = [
        error.map(Action::Error),
        table.whole("short", MOST).map(Action::Short),
        table.whole("cut_file", MOST).map(Action::CutFile),
        (table.parsed("strike", STRIKES, strike)).map(Action::Strike),
    ];
    let mut actions = actions.into_iter().flatten();
    match (actions.next(), actions.next()) {
        (Some(action), None) => Some(Fault { trigger, action }),
        (None, _) => {
            table.refuse(
                "error",
                "is missing, and so are short, cut_file and strike: what happens?",
            );
            None
        }
        (Some(_), Some(_)) => {
            table.refuse(
                "error",
                "is one of two: a fault has one of error, short, cut_file and strike",
            );
            None
        }
    }
}

/// A sweep.
pub(super) fn sweep(table: &mut Reader<'_, '_>) -> Sweep {
    let points = trigger(table);
    let words = table.texts("strikes");
    let strikes: Vec<Strike> = words.iter().filter_map(|word| strike(word)).collect();
    if strikes.len() < words.len() || strikes.is_empty() {
        table.refuse("strikes", format!("must be a list of {STRIKES}"));
    }
    Sweep { strikes, points }
}

/// What is expected of a strike.
const STRIKES: &str = r#""SIGTERM before", "SIGTERM during", "SIGTERM after", "ENOSPC", "kill", "kill-caller", "others-first" or "others-next""#;

fn strike(text: &str) -> Option<Strike> {
    match text {
        "kill" => return Some(Strike::KillTree),
        "kill-caller" => return Some(Strike::KillCaller),
        "others-first" => return Some(Strike::OthersFirst),
        "others-next" => return Some(Strike::OthersNext),
        _ => {}
    }
    match text.split_once(' ') {
        None => errno(text).map(Strike::Error),
        Some((name, when)) => {
            let signo = words::signal(name)?;
            match when {
                "before" => Some(Strike::SignalBefore(signo)),
                "during" => Some(Strike::SignalDuring(signo)),
                "after" => Some(Strike::SignalAfter(signo)),
                _ => None,
            }
        }
    }
}

/// The errno with this name: of those that programs get to see.
fn errno(name: &str) -> Option<i32> {
    errno_number(name).filter(|errno| (1..512).contains(errno) && !name.starts_with("ERRNO"))
}

fn trigger(table: &mut Reader<'_, '_>) -> Trigger {
    let calls = words::calls(table);
    let role = table.parsed(
        "on",
        r#""stdin", "stdout", "waiting", "new-process", "child", a path, or a directory with a / at its end"#,
        |word| match word {
            "stdin" => Some(Role::Stdin),
            "stdout" => Some(Role::Stdout),
            "waiting" => Some(Role::Waiting),
            "new-process" => Some(Role::NewProcess),
            "child" => Some(Role::Child),
            path if !path.starts_with('/') => None,
            path => Some(match path.strip_suffix('/') {
                Some(directory) => Role::Below(directory.to_owned()),
                None => Role::Path(path.to_owned()),
            }),
        },
    );
    let armed = table.parsed(
        "from",
        r#""start", "begin", "first-input" or "fork""#,
        |word| match word {
            "start" => Some(Arming::Start),
            "begin" => Some(Arming::Begin),
            "first-input" => Some(Arming::FirstInput),
            "fork" => Some(Arming::Fork),
            _ => None,
        },
    );
    Trigger {
        calls,
        on: role.unwrap_or(Role::Any),
        armed: armed.unwrap_or(Arming::Begin),
        first: 1,
        every: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::toml_reader::read;

    fn read_fault(text: &str) -> Result<Fault, String> {
        match read(text, fault) {
            Ok(fault) => Ok(fault.unwrap()),
            Err(problems) => Err(problems.to_string()),
        }
    }

    #[test]
    fn a_fault_is_a_trigger_with_an_action() {
        let full = read_fault(
            "calls = [\"write\", \"pwrite64\"]\non = \"/lab/log\"\nnth = 2\nevery = 1\nerror = \"ENOSPC\"",
        );
        let full = full.unwrap();
        assert_eq!(full.action, Action::Error(libc::ENOSPC));
        assert_eq!(full.trigger.on, Role::Path("/lab/log".to_owned()));
        assert_eq!((full.trigger.first, full.trigger.every), (2, 1));
        let short =
            read_fault("calls = [\"read\"]\non = \"/lab/\"\nfrom = \"start\"\nshort = 1").unwrap();
        assert_eq!(short.action, Action::Short(1));
        assert_eq!(short.trigger.on, Role::Below("/lab".to_owned()));
        assert_eq!(short.trigger.armed, Arming::Start);
        let signal = read_fault("calls = [\"read\"]\nstrike = \"SIGTERM before\"").unwrap();
        assert_eq!(signal.action, Action::Strike(Strike::SignalBefore(15)));
    }

    #[test]
    fn what_is_wrong_in_a_fault_is_named() {
        for (text, says) in [
            ("error = \"EIO\"", "calls is missing"),
            ("calls = []\nerror = \"EIO\"", "calls names no call"),
            ("calls = [\"wirte\"]\nerror = \"EIO\"", "wirte"),
            ("calls = [\"write\"]", "what happens?"),
            (
                "calls = [\"write\"]\nerror = \"EIO\"\nshort = 1",
                "one of two",
            ),
            ("calls = [\"write\"]\nerror = \"EWHAT\"", "error must be"),
            (
                "calls = [\"write\"]\nerror = \"EIO\"\nnth = 0",
                "counted from 1",
            ),
            (
                "calls = [\"write\"]\nerror = \"EIO\"\non = \"log\"",
                "on must be",
            ),
            (
                "calls = [\"write\"]\nerror = \"EIO\"\nfrom = \"now\"",
                "from must be",
            ),
            (
                "calls = [\"write\"]\nstrike = \"SIGTERM\"",
                "strike must be",
            ),
        ] {
            let message = read_fault(text).unwrap_err();
            assert!(message.contains(says), "{text}: {message}");
        }
    }

    #[test]
    fn a_sweep_has_strikes() {
        let text = "calls = [\"%desc\"]\nfrom = \"first-input\"\nstrikes = [\"kill\", \"SIGINT after\", \"EIO\"]";
        let found = read(text, sweep).unwrap();
        let strikes = [
            Strike::KillTree,
            Strike::SignalAfter(2),
            Strike::Error(libc::EIO),
        ];
        assert_eq!(found.strikes, strikes);
        for strikes in ["[]", "[\"die\"]", "\"kill\""] {
            let text = format!("calls = [\"write\"]\nstrikes = {strikes}");
            assert!(read(&text, sweep).is_err(), "{strikes}");
        }
    }
}
