//! Resource limits, reached one by one: the call that met it, and what the kernel answered.
//!
//! See getrlimit(2).

use std::io::Write;

use anyhow::Context;

use super::columns::{bold, head, narrow, prose};
use super::stage::{self, Program};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::recording::{FIRST, Made};
use crate::model::text::{errno_name, signal_name};
use crate::model::{Arg, ExitStatus, Experiment, Recording, Run, Step, What};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "limits",
    title: "files, memory, processes, file size, processor time: each limit, reached",
    run,
};

const PROGRAM: Program = Program {
    file: "limits.c",
    source: include_str!("../../../../lessons/process/code/limits.c"),
};

/// The file that grows too large.
const FILE: &str = "/lab/file";

/// How long a program may take to end, in processor time: more than any of its own limits.
const WITHIN_MS: u64 = 8000;

/// One limit, and how the program reaches it.
struct Case {
    limit: &'static str,
    /// Its value and unit.
    value: &'static str,
    unit: &'static str,
    /// What the program is told to do.
    way: &'static str,
    /// The calls that can meet it; none: computing is enough.
    calls: &'static [&'static str],
    /// Whether it is left out of the quick version.
    is_slow: bool,
}

/// From those that a program is told of to the one that it cannot survive.
const CASES: &[Case] = &[
    Case {
        limit: "NOFILE",
        value: "8",
        unit: "descriptors",
        way: "files",
        calls: &["open", "openat"],
        is_slow: false,
    },
    Case {
        limit: "AS",
        value: "64",
        unit: "MiB",
        way: "memory",
        calls: &["mmap"],
        is_slow: false,
    },
    Case {
        limit: "DATA",
        value: "64",
        unit: "MiB",
        way: "data",
        calls: &["mmap"],
        is_slow: false,
    },
    Case {
        limit: "STACK",
        value: "1",
        unit: "MiB",
        way: "stack",
        calls: &[],
        is_slow: false,
    },
    Case {
        limit: "NPROC",
        value: "1",
        unit: "task",
        way: "processes",
        calls: &["fork", "vfork", "clone", "clone3"],
        is_slow: false,
    },
    Case {
        limit: "FSIZE",
        value: "2500",
        unit: "bytes",
        way: "size",
        calls: &["write"],
        is_slow: false,
    },
    Case {
        limit: "FSIZE",
        value: "2500",
        unit: "bytes, SIGXFSZ ignored",
        way: "size-ignored",
        calls: &["write"],
        is_slow: false,
    },
    Case {
        limit: "CPU",
        value: "1",
        unit: "s",
        way: "cpu",
        calls: &[],
        is_slow: false,
    },
    Case {
        limit: "CPU",
        value: "1",
        unit: "s (hard: 2 s), SIGXCPU ignored",
        way: "cpu-ignored",
        calls: &[],
        is_slow: true,
    },
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("At the limit", options.color))?;
    let story = "A program sets one limit on itself and goes on until the kernel stops it: by an \
                 errno that it is told, or by a signal that ends it.";
    writeln!(out, "{}", prose(story))?;
    out.flush()?;
    let cases: Vec<&Case> = CASES
        .iter()
        .filter(|case| !(options.quick && case.is_slow))
        .collect();
    let performed = stage::perform(PROGRAM, experiment(&cases), options)
        .context("cannot trace programs at their limits")?;
    let trials = match performed {
        Ok(trials) => trials,
        Err(why) => {
            out.write_all(prose(&format!("Not tried here: {why}.")).as_bytes())?;
            return Ok(());
        }
    };
    let runs = trials.first().map_or(&[][..], |trial| &trial.runs);
    out.write_all(table(&cases, runs).as_bytes())?;
    writeln!(out)?;
    out.write_all(whole_writes(&cases, runs).as_bytes())?;
    let lesson = "Limits on what a process holds are answered by an errno, which a program can \
                  report and outlive; only the stack grows without a call that could fail. Those \
                  on what it uses up come as a signal first, and SIGKILL at the hard limit of \
                  processor time asks nobody. RLIMIT_NPROC counts the tasks of a user, not of a \
                  process, and does not hold for root.";
    out.write_all(prose(lesson).as_bytes())?;
    let more = "All limits pass through fork and exec: `prlimit --nofile=3 cat` starts a cat \
                that cannot open the C library. Read on: `syslab process read \
                limits`; `syslab process trace reached` asks you about one.";
    out.write_all(prose(more).as_bytes())?;
    Ok(())
}

/// A run for each case.
fn experiment(cases: &[&Case]) -> Experiment {
    let runs = cases.iter().map(|case| Run {
        args: [case.way, case.value, FILE].map(str::to_owned).to_vec(),
        steps: vec![Step::AwaitExit {
            within_ms: WITHIN_MS,
        }],
        watch: [case.calls, &["prlimit64", "setrlimit"]]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        ..Run::default()
    });
    Experiment {
        story: "a limit is reached".to_owned(),
        runs: runs.collect(),
        ..Experiment::default()
    }
}

/// What the kernel did at the limit.
#[derive(Debug, Default, PartialEq, Eq)]
struct Met {
    /// The call, and the how manieth of its kind since the limit was set.
    call: Option<(String, usize)>,
    /// The errno that it failed with.
    errno: Option<i32>,
    /// The signal that came.
    signal: Option<i32>,
    /// How the program ended.
    ending: Option<ExitStatus>,
}

/// Reads off a recording what happened after the program had set its limit.
fn met(recording: &Recording, calls: &[&str]) -> Met {
    let own: Vec<Made<'_>> = recording
        .calls()
        .filter(|made| made.task == FIRST)
        .collect();
    let set = own.iter().rev().find(|made| sets_limit(made));
    let from = set.map_or(0, |made| made.enter);
    let later = own
        .iter()
        .filter(|made| made.enter > from && calls.contains(&made.call.name.as_str()));
    let failed = later
        .enumerate()
        .find_map(|(nth, made)| Some((made, nth + 1, made.errno()?)));
    let signal = recording.events[from..]
        .iter()
        .find_map(|event| match event.what {
            What::Signal(FIRST, signo) => Some(signo),
            _ => None,
        });
    let ending = match recording.limit() {
        Some(_) => None,
        None => recording.outcome().map(|(_, status)| status),
    };
    Met {
        call: failed.map(|(made, nth, _)| (made.call.name.clone(), nth)),
        errno: failed.map(|(.., errno)| errno),
        signal: signal.filter(|signo| *signo != libc::SIGCHLD),
        ending,
    }
}

/// Whether a call sets a limit: the C library also asks for some.
fn sets_limit(made: &Made<'_>) -> bool {
    match made.call.name.as_str() {
        "setrlimit" => true,
        "prlimit64" => !matches!(made.call.args.get(2), Some(Arg::Word(new)) if new == "NULL"),
        _ => false,
    }
}

/// A limit a line.
fn table(cases: &[&Case], runs: &[Recording]) -> String {
    let mut rows = vec![head(["RLIMIT_", "set to", "the call", "answer", "end"])];
    for (nth, case) in cases.iter().enumerate() {
        let mut row = vec![
            case.limit.to_owned(),
            format!("{} {}", case.value, case.unit),
        ];
        match runs.get(nth) {
            Some(recording) => row.extend(cells(&met(recording, case.calls), case)),
            None => row.extend(head(["", "", "nothing was recorded"])),
        }
        rows.push(row);
    }
    narrow(&[], &rows)
}

fn cells(met: &Met, case: &Case) -> [String; 3] {
    let call = match (&met.call, case.calls.first()) {
        (Some((name, nth)), _) => format!("{name}, no. {nth}"),
        (None, Some(_)) => "none failed".to_owned(),
        (None, None) => "none".to_owned(),
    };
    let errno = met.errno.map(|errno| errno_name(errno).to_string());
    let answers = [errno, met.signal.map(signal_name)];
    let answer = answers.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let ending = match met.ending {
        Some(ExitStatus::Signal(signo)) => signal_name(signo),
        Some(status) => status.to_string(),
        None => "did not end".to_owned(),
    };
    let answer = match answer.is_empty() {
        true => "-".to_owned(),
        false => answer,
    };
    [call, answer, ending]
}

/// What the writes before the limit returned, if the recording has them.
fn whole_writes(cases: &[&Case], runs: &[Recording]) -> String {
    let of_size = cases.iter().zip(runs).find(|(case, _)| case.way == "size");
    let Some((case, recording)) = of_size else {
        return String::new();
    };
    let counts: Vec<String> = recording
        .calls()
        .filter(|made| made.task == FIRST && made.call.name == "write")
        .filter_map(|made| Some(made.value()?.to_string()))
        .collect();
    match counts.is_empty() {
        true => String::new(),
        false => prose(&format!(
            "Below the limit of {} bytes the writes of 1000 bytes each took {}: the last one that \
             fits is short, and only the one after it fails.",
            case.value,
            counts.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOFILE: &str = "
        2 prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8, rlim_max=9}) = 0
        2 openat(AT_FDCWD, \"/etc/ld.so.cache\", O_RDONLY) = -1 ENOENT
        2 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=8, rlim_max=8}, NULL) = 0
        2 openat(AT_FDCWD, \"/dev/null\", O_RDONLY) = 3
        2 openat(AT_FDCWD, \"/dev/null\", O_RDONLY) = -1 EMFILE
        2 +++ exit 1
    ";

    const FSIZE: &str = "
        2 prlimit64(0, RLIMIT_FSIZE, {rlim_cur=2500, rlim_max=2500}, NULL) = 0
        2 write(3, \"\", 1000) = 1000
        2 write(3, \"\", 1000) = 500
        2 write(3, \"\", 1000) = -1 EFBIG
        2 --- SIGXFSZ
        2 +++ signal SIGXFSZ
    ";

    const CPU: &str = "
        2 prlimit64(0, RLIMIT_CPU, {rlim_cur=1, rlim_max=2}, NULL) = 0
        2 --- SIGXCPU
        2 +++ signal SIGXCPU
    ";

    fn case(way: &str) -> &'static Case {
        CASES.iter().find(|case| case.way == way).unwrap()
    }

    fn trace(text: &str) -> Recording {
        text.parse().unwrap()
    }

    #[test]
    fn only_what_follows_the_limit_counts() {
        let met = met(&trace(NOFILE), case("files").calls);
        assert_eq!(met.call, Some(("openat".to_owned(), 2)));
        assert_eq!(met.errno, Some(libc::EMFILE));
        assert_eq!(met.signal, None);
    }

    #[test]
    fn a_limit_is_a_line() {
        let cases = [case("files"), case("size"), case("cpu"), case("processes")];
        let runs = [NOFILE, FSIZE, CPU, "2 +++ exit 0"].map(trace);
        assert_eq!(
            table(&cases, &runs),
            "\
RLIMIT_  set to         the call       answer          end
NOFILE   8 descriptors  openat, no. 2  EMFILE          exit 1
FSIZE    2500 bytes     write, no. 3   EFBIG, SIGXFSZ  SIGXFSZ
CPU      1 s            none           SIGXCPU         SIGXCPU
NPROC    1 task         none failed    -               exit 0
"
        );
        assert!(whole_writes(&cases, &runs).contains("took 1000, 500:"));
    }
}
