//! The predictions for the exercises of the lesson `shm`.

use std::collections::BTreeMap;

/// Bytes of a page: on machines with larger ones these predictions do not hold.
const PAGE: usize = 4096;

/// A write goes into the rest of the last page if it fits there, and begins a new one else.
pub(super) fn full(args: &[String]) -> String {
    let room: usize = args[0].parse().unwrap();
    let sizes: Vec<usize> = args[1..].iter().map(|size| size.parse().unwrap()).collect();
    let mut pages: Vec<usize> = Vec::new();
    for size in sizes.iter().cycle() {
        let count = pages.len();
        match pages.last_mut() {
            Some(last) if *last + size <= PAGE => *last += size,
            _ if count == room => break,
            _ => pages.push(*size),
        }
    }
    pages.iter().sum::<usize>().to_string()
}

/// A count of bytes, and a count of writers.
pub(super) fn fifo(steps: &[String]) -> String {
    let (mut bytes, mut writers) = (0_u32, 0_u32);
    let mut got = String::new();
    for step in steps {
        match (step.as_bytes()[0], step.split_once('=')) {
            (b'+', _) => writers += 1,
            (b'-', _) => writers -= 1,
            (_, Some(("read", count))) => {
                let taken = bytes.min(count.parse().unwrap());
                got = match (taken, writers) {
                    (0, 1..) => "EAGAIN".to_owned(),
                    _ => taken.to_string(),
                };
                bytes -= taken;
            }
            (_, Some((_, count))) => bytes += count.parse::<u32>().unwrap(),
            _ => panic!("no step: {step}"),
        }
    }
    got
}

/// What may be written is decided by the descriptor, if the mapping is shared.
pub(super) fn rights(args: &[String]) -> String {
    let may_write = args[0] == "rw" || args[1] == "private";
    let asked = args[2..].iter().any(|protection| protection == "rw");
    let answer = match (may_write, asked, args.last().unwrap().as_str()) {
        (false, true, _) => "EACCES",
        (_, _, "r") => "SIGSEGV",
        _ if args[1] == "private" => "1",
        _ => "2",
    };
    answer.to_owned()
}

/// Names stay until they are removed, segments too, and everything else goes.
pub(super) fn left(steps: &[String]) -> String {
    let mut named: BTreeMap<&str, u64> = BTreeMap::new();
    let mut segments: Vec<u64> = Vec::new();
    for step in steps {
        let (what, size) = step.split_once('=').unwrap_or((step, "0"));
        let size: u64 = size.parse().unwrap();
        match what {
            "memfd" => {}
            "system-v" => segments.push(size),
            "remove" => drop(segments.pop()),
            _ if what.starts_with('+') => drop(named.insert(&what[1..], size)),
            _ => drop(named.remove(&what[1..])),
        }
    }
    (named.values().sum::<u64>() + segments.iter().sum::<u64>()).to_string()
}

/// Only sleeping is a call, and waking where somebody may sleep.
pub(super) fn futexes(steps: &[String]) -> String {
    // 0: free, 1: locked, 2: locked, and somebody has waited.
    let mut mutex = 0;
    let (mut semaphore, mut calls) = (0, 0);
    for step in steps {
        match step.as_str() {
            "lock" if mutex == 0 => mutex = 1,
            "lock" => {
                mutex = 2;
                calls += 1;
            }
            "unlock" => {
                calls += u32::from(mutex == 2);
                mutex = 0;
            }
            "post" => semaphore += 1,
            _ if semaphore > 0 => semaphore -= 1,
            _ => calls += 1,
        }
    }
    calls.to_string()
}

/// The life of a robust mutex.
pub(super) fn robust(steps: &[String]) -> String {
    let mut state = "0";
    for step in steps {
        state = match (step.as_str(), state) {
            (_, "ENOTRECOVERABLE") | ("ignores", "EOWNERDEAD") => "ENOTRECOVERABLE",
            ("dies", _) => "EOWNERDEAD",
            _ => "0",
        };
    }
    state.to_owned()
}
