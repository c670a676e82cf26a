//! The predictions for the exercises of the lesson `fds`.

use std::collections::BTreeMap;

/// The lowest number that is free is given, and a write goes to whoever has the number.
pub(super) fn stale(steps: &[String]) -> String {
    let mut open: BTreeMap<u32, String> = BTreeMap::new();
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    for step in steps {
        let (what, name) = step.split_at(1);
        match what {
            "+" => {
                let lowest = (3..).find(|number| !open.contains_key(number)).unwrap();
                open.insert(lowest, name.to_owned());
                known.insert(name.to_owned(), lowest);
            }
            "-" => drop(open.remove(&known[name])),
            _ => {
                let found = open.get(&known[name]).cloned();
                return found.unwrap_or_else(|| "EBADF".to_owned());
            }
        }
    }
    panic!("nothing is written: {steps:?}")
}

/// Two offsets: that of the first open and all who share it, and that of the second.
pub(super) fn offset(steps: &[String]) -> String {
    let (mut shared, mut own) = (0, 0);
    let mut began = 0;
    for step in steps {
        let (who, count) = step.split_once('=').unwrap();
        let count: u32 = count.parse().unwrap();
        let offset = match who {
            "second" => &mut own,
            "at" => continue,
            _ => &mut shared,
        };
        if who != "child" {
            began = *offset;
        }
        *offset += count;
    }
    began.to_string()
}

/// A file that grows at its end and is cut off; names do not matter.
pub(super) fn unlinked(steps: &[String]) -> String {
    let mut size: u64 = 0;
    for step in steps {
        match step.split_at(1) {
            ("+", count) => size += count.parse::<u64>().unwrap(),
            ("/", length) => size = length.parse().unwrap(),
            _ => {}
        }
    }
    size.to_string()
}

/// One for each function that was left before its close.
pub(super) fn leaked(requests: &[String]) -> String {
    let leaks = |request: &&String| {
        matches!(
            request.as_str(),
            "size=directory" | "copy=nowhere" | "copy=directory"
        )
    };
    requests.iter().filter(leaks).count().to_string()
}

/// Three are in use, and each call takes one or two.
pub(super) fn exhausted(args: &[String]) -> String {
    let mut left = args[0].parse::<u32>().unwrap() - 3;
    let mut made = 0;
    for call in args[1..].iter().cycle() {
        let needed = match call.as_str() {
            "pipe" | "socketpair" => 2,
            _ => 1,
        };
        if left < needed {
            break;
        }
        left -= needed;
        made += 1;
    }
    made.to_string()
}

/// What is kept by an exception, by a cycle, and by nobody.
pub(super) fn collected(steps: &[String]) -> String {
    let (mut exceptions, mut cycles, mut numbers) = (0, 0, 0);
    for step in steps {
        match step.as_str() {
            "exception" => exceptions += 1,
            "cycle" => cycles += 1,
            "number" => numbers += 1,
            "forget" => exceptions = 0,
            "collect" => cycles = 0,
            _ => {}
        }
    }
    (exceptions + cycles + numbers).to_string()
}

/// Up to the cut an x, up to the end of its page zeros, then pages without a file, then nothing.
pub(super) fn mapped(args: &[String]) -> String {
    let number = |nth: usize| args[nth].parse::<u64>().unwrap();
    let (size, cut, at) = (number(0), number(1), number(2));
    let page = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE);
    let page = u64::try_from(page.unwrap().unwrap()).unwrap();
    let page_after = |at: u64| at.div_ceil(page) * page;
    let got = match at {
        at if at < cut => "120",
        at if at < page_after(cut) => "0",
        at if at < page_after(size) => "SIGBUS",
        _ => "SIGSEGV",
    };
    got.to_owned()
}

/// Parts, up to where the file ends at the time.
pub(super) fn sent(args: &[String]) -> String {
    let number = |nth: usize| args[nth].parse::<u64>().unwrap();
    let (mut size, part, after, cut) = (number(0), number(1), number(2), number(3));
    let (mut offset, mut calls) = (0, 0);
    while offset < size {
        offset += part.min(size - offset);
        calls += 1;
        if calls == after {
            size = cut;
        }
    }
    offset.to_string()
}
