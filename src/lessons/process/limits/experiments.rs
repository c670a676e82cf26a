//! What each check makes a submission live through.
//!
//! CMD is the actor, so that a story has exactly one command whose beginning and end the kernel
//! tells of; only commands that are looked up or cannot be run are others. Limits that are not to
//! be reached leave any language's runtime its room: they are in force between fork and exec, too.

use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::experiment::ACTOR;
use crate::model::{Action, Arming, Experiment, Fault, Role, Run, Step, Strike, Trigger};
use crate::stimulus::actor::READY;

/// What is observed: who begins and ends, who sets limits, and who writes the report.
const WATCH: &[&str] = &["process", "prlimit64", "setrlimit", "write", "writev"];

/// A command that is not there.
pub(super) const MISSING: &str = "/lab/missing";

/// A file that may not be executed.
pub(super) const NOT_EXECUTABLE: &str = "/lab/notes.txt";

/// A directory, which may not be executed either.
pub(super) const DIRECTORY: &str = "/lab";

/// A name that no directory of PATH holds.
pub(super) const UNKNOWN: &str = "no-such-command";

/// A command that the standard directories of PATH hold.
pub(super) const SHELL: &str = "sh";

/// A number that is too large for every kind of integer.
const HUGE: &str = "99999999999999999999999999999999999999999999999999";

/// A number that is too large for the lab, and for no integer of 64 bits.
const OVER: u64 = (1 << 63) + 1;

/// More descriptors, and more KiB in a file, than the box allows: its hard limits are 1024 and
/// 64 MiB, and only privilege would raise them.
const TOO_MANY_FILES: u64 = 4096;
const TOO_LARGE_FILE_KIB: u64 = 1 << 20;

/// What CMD uses where it is measured: more than a second, so that seconds carry over, and half
/// of it in the kernel.
const BURN_MS: u64 = 1100;
const BURN_MIB: u64 = 100;

/// Signals that end CMD: the common ones, and those that few programs know by name.
const ENDING: [&str; 13] = [
    "TERM", "KILL", "SEGV", "HUP", "USR1", "USR2", "ALRM", "ABRT", "BUS", "VTALRM", "PROF", "PWR",
    "SYS",
];

/// A status that looks like the end by SIGKILL.
const AS_IF_KILLED: i32 = 128 + libc::SIGKILL;

/// What CMD sleeps where time on the clock must not be counted.
const SLEEP_MS: u64 = 500;

/// CMD with its arguments.
fn actor(line: &str) -> Vec<String> {
    let mut command = vec![ACTOR.to_owned()];
    command.extend(line.split(' ').map(str::to_owned));
    command
}

/// A run of the program with these options, a separator, and this command.
fn run(options: &[String], command: &[String]) -> Run {
    let separator = ["--".to_owned()];
    raw(&[options, &separator, command].concat())
}

/// A run with exactly these arguments.
fn raw(args: &[String]) -> Run {
    Run {
        args: args.to_vec(),
        steps: vec![Step::CloseInput],
        watch: words(WATCH),
        has_actor: true,
        ..Run::default()
    }
}

/// Options that any runtime can live with: `--cpu`, `--memory`, `--files`, `--fsize`.
fn roomy(source: &mut Source) -> [[String; 2]; 4] {
    [
        ("--cpu", source.between(100, 900)),
        ("--memory", source.between(900, 1900)),
        ("--files", source.between(100, 900)),
        ("--fsize", source.between(1000, 50_000)),
    ]
    .map(|(name, value)| [name.to_owned(), value.to_string()])
}

/// An option with its number.
fn option(name: &str, value: impl ToString) -> Vec<String> {
    vec![name.to_owned(), value.to_string()]
}

/// All limits, one, none, twice the same, and zero; and a kernel that takes its time.
pub(super) fn limited(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "limited");
    let mut told = |story: &str, options: &[[String; 2]]| {
        let status = source.between(0, 99);
        let command = actor(&format!("exit {status}"));
        experiment(story, run(&options.concat(), &command))
    };
    let mut source = Source::new(seed, "limits");
    let all = roomy(&mut source);
    let mut reversed = roomy(&mut source);
    reversed.reverse();
    let [cpu, memory, files, fsize] = roomy(&mut source);
    // The second is the larger one: whoever sets one after the other is not let up again.
    let (few, short) = (source.between(100, 400), source.between(100, 400));
    let twice = [
        ("--files", few),
        ("--files", few + source.between(1, 400)),
        ("--cpu", short),
        ("--cpu", short + source.between(1, 400)),
    ]
    .map(|(name, value)| [name.to_owned(), value.to_string()]);
    let zero = [["--fsize".to_owned(), "0".to_owned()]];
    // In octal, each would be another number.
    let zeros = roomy(&mut source).map(|[name, value]| [name, format!("00{value}")]);
    let mut slow = told("all four limits, and each takes its time to be set", &all);
    slow.runs[0].faults = held_back();
    vec![
        told("all four limits", &all),
        told("all four limits, the other way round", &reversed),
        told("a limit on processor time", &[cpu]),
        told("a limit on memory", &[memory]),
        told("a limit on descriptors", &[files]),
        told("a limit on the size of files", &[fsize]),
        told("no limit at all", &[]),
        told("two options given twice", &twice),
        told("a limit of 0", &zero),
        told("numbers that begin with zeros", &zeros),
        slow,
    ]
}

/// Faults that hold back the first call that sets a limit until all others rest: a CMD that
/// could have begun by then has.
fn held_back() -> Vec<Fault> {
    setting_calls()
        .map(|trigger| Fault {
            trigger,
            action: Action::Strike(Strike::OthersFirst),
        })
        .into()
}

/// The program is looked at while CMD waits for the end of its input.
pub(super) fn itself(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "itself");
    let all = roomy(&mut source).concat();
    let [_, _, files, _] = roomy(&mut source);
    let looked_at = |options: &[String]| {
        let pause = Step::Pass { ms: 100 };
        Run {
            steps: vec![
                Step::AwaitRest,
                Step::Inspect,
                pause,
                Step::AwaitRest,
                Step::Inspect,
                Step::CloseInput,
            ],
            ..run(options, &actor("drain"))
        }
    };
    vec![
        experiment(
            "a look at its limits while CMD runs, all four asked for",
            looked_at(&all),
        ),
        experiment(
            "a look at its limits while CMD runs, one asked for",
            looked_at(&files),
        ),
    ]
}

/// Ends of all kinds, and commands that cannot be run.
pub(super) fn endings(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "endings");
    let status = source.between(2, 120);
    let left = source.between(2, 120);
    let kib = source.between(8, 60);
    let told =
        |story: &str, options: &[String], line: &str| experiment(story, run(options, &actor(line)));
    let killed = |name: &str| {
        told(
            &format!("CMD is ended by SIG{name}"),
            &[],
            &format!("kill {name}"),
        )
    };
    let named = |story: &str, command: &[&str]| experiment(story, run(&[], &words(command)));
    let looked_up = [SHELL, "-c", &format!("exit {status}")];
    // Whoever looks for the last one runs another command, and whoever drops it breaks this one.
    let asked = format!("[ \"$1\" = -- ] && exit {status}");
    let other = (status + 1).to_string();
    let dashed = [SHELL, "-c", &asked, SHELL, "--", ACTOR, "exit", &other];
    let stops = Run {
        // A program that looks again and again does not rest.
        steps: vec![
            Step::AwaitOutput(READY.into()),
            Step::AwaitStrike,
            Step::CloseInput,
        ],
        ..run(&[], &actor(&format!("stop {status}")))
    };
    // Its input stays open: whom it leaves behind outlives it.
    let leaves = Run {
        steps: Vec::new(),
        ..run(&[], &actor(&format!("leave {left}")))
    };
    let plain = named("CMD is a file that may not be executed", &[NOT_EXECUTABLE])
        .with_file(NOT_EXECUTABLE, b"not a program\n".to_vec());
    let mut all = vec![
        told("CMD exits with status 0", &[], "exit 0"),
        told("CMD exits with status 1", &[], "exit 1"),
        told(
            &format!("CMD exits with status {status}"),
            &[],
            &format!("exit {status}"),
        ),
        told("CMD exits with status 255", &[], "exit 255"),
        told(
            "CMD exits with a status over 128",
            &[],
            &format!("exit {AS_IF_KILLED}"),
        ),
        told(
            "CMD writes a file that grows too large",
            &option("--fsize", kib),
            &format!("grow /lab/grown {}", 2 * kib),
        ),
        told(
            "CMD uses up its processor time",
            &option("--cpu", 1),
            "burn 4000",
        ),
        told(
            "CMD gets no more memory",
            &option("--memory", 300),
            "fill 400",
        ),
        told(
            "CMD gets no more descriptors",
            &option("--files", 20),
            "open 30",
        ),
        experiment("CMD is stopped, and goes on", stops),
        experiment("CMD exits and leaves a process behind", leaves),
        named("CMD is found along PATH", &looked_up),
        named("CMD has two dashes among its arguments", &dashed),
        named("CMD is a path that does not exist", &[MISSING]),
        named("CMD is a name that PATH does not have", &[UNKNOWN]),
        plain,
        named("CMD is a directory", &[DIRECTORY]),
    ];
    all.extend(ENDING.map(killed));
    all
}

/// A command that uses much, and one that only takes long.
pub(super) fn measured(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "measured");
    let ms = BURN_MS + source.between(0, 50);
    let mut told = |story: &str, line: &str| {
        let [cpu, ..] = roomy(&mut source);
        let run = run(&cpu, &actor(line));
        experiment(
            story,
            Run {
                measures_usage: true,
                ..run
            },
        )
    };
    vec![
        told(
            &format!("CMD computes for more than a second and holds {BURN_MIB} MiB"),
            &format!("burn {ms} {BURN_MIB}"),
        ),
        told("CMD sleeps for half a second", &format!("sleep {SLEEP_MS}")),
    ]
}

/// Numbers that are none, options that are none, and commands that are missing.
pub(super) fn bad_options(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "bad options");
    let word = source.word(6);
    let mut digits = || source.between(10, 90);
    let numbers = [
        ("a negative number", "--cpu", format!("-{}", digits())),
        ("a zero with a minus sign", "--fsize", "-0".to_owned()),
        (
            "a number with a plus sign",
            "--files",
            format!("+{}", digits()),
        ),
        ("an empty number", "--memory", String::new()),
        ("a word for a number", "--fsize", word),
        ("letters behind a number", "--cpu", format!("{}s", digits())),
        ("a fraction", "--cpu", format!("{}.5", digits())),
        ("a hexadecimal number", "--files", format!("0x{}", digits())),
        (
            "a number with an exponent",
            "--memory",
            format!("{}e1", digits()),
        ),
        (
            "a blank before a number",
            "--fsize",
            format!(" {}", digits()),
        ),
        (
            "a newline behind a number",
            "--files",
            format!("{}\n", digits()),
        ),
        (
            "a no-break space behind a number",
            "--files",
            format!("{}\u{a0}", digits()),
        ),
        (
            "an underscore in a number",
            "--files",
            format!("{}_0", digits()),
        ),
        (
            "digits of another script",
            "--files",
            "\u{0663}\u{0660}\u{0660}".to_owned(),
        ),
        (
            "digits of a third script",
            "--files",
            "\u{0969}\u{0966}\u{0966}".to_owned(),
        ),
        (
            "digits as wide as letters",
            "--files",
            "\u{ff13}\u{ff10}\u{ff10}".to_owned(),
        ),
        (
            "a number over 2^64 that would wrap to a small one",
            "--files",
            format!("184467440737095{}", 51_616 + digits()),
        ),
        ("a number just over 2^63", "--cpu", OVER.to_string()),
        (
            "the largest number of 64 bits",
            "--cpu",
            u64::MAX.to_string(),
        ),
        ("a number of fifty digits", "--cpu", HUGE.to_owned()),
        (
            "more MiB than 64 bits have bytes",
            "--memory",
            ((1_u64 << 44) + 1000).to_string(),
        ),
        (
            "more KiB than 64 bits have bytes",
            "--fsize",
            ((1_u64 << 54) + 1000).to_string(),
        ),
    ];
    let status = digits();
    let command = actor(&format!("exit {status}"));
    let mut all: Vec<_> = numbers
        .iter()
        .map(|(story, name, number)| experiment(story, run(&option(name, number), &command)))
        .collect();
    let good = option("--files", digits());
    let bad_first = [option("--cpu", "x"), option("--cpu", digits())].concat();
    all.extend([
        experiment(
            "a bad number that a good one follows",
            run(&bad_first, &command),
        ),
        experiment(
            "an option that there is not",
            run(&option("--threads", digits()), &command),
        ),
        experiment("a letter for an option", run(&words(&["-c"]), &command)),
        experiment(
            "an option without its number",
            run(&words(&["--cpu"]), &command),
        ),
        experiment("no command behind the separator", run(&good, &[])),
        experiment("no separator and no command", raw(&good)),
        experiment("no argument at all", raw(&[])),
    ]);
    all
}

/// Limits that the kernel refuses to set, each in turn, by whatever call; and limits above those
/// of the program itself.
pub(super) fn refused_limits(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "refused limits");
    let status = source.between(1, 99);
    let command = actor(&format!("exit {status}"));
    let mut all = Vec::new();
    for (points, name) in setting_calls().into_iter().zip(["prlimit", "setrlimit"]) {
        let options = roomy(&mut source).concat();
        let story = format!("EPERM from each call in turn that sets a limit ({name})");
        all.push(
            experiment(&story, run(&options, &command))
                .swept(&[Strike::Error(libc::EPERM)], points),
        );
    }
    let above = |story: &str, limit: &[String]| experiment(story, run(limit, &command));
    let files = option("--files", TOO_MANY_FILES + status);
    let fsize = option("--fsize", TOO_LARGE_FILE_KIB + status);
    all.extend([
        above("more descriptors than its own hard limit", &files),
        above("larger files than its own hard limit", &fsize),
    ]);
    all
}

/// The calls that set a limit: by each of the two system calls, and what each sets is not NULL.
fn setting_calls() -> [Trigger; 2] {
    [("prlimit64", 2), ("setrlimit", 1)]
        .map(|(name, new)| trigger(&[&[name]], Role::NotNull(new), Arming::Begin))
}
