//! What each check makes a submission live through.
//!
//! CMD is the actor, which says when it is where the story wants it: no experiment guesses how
//! long that takes. A supervisor may rest in any call and wake by any means, and need not be at
//! rest at any moment but where it has nothing to do.

use super::observed::SENDING;
use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::experiment::{ACTOR, ENDING_SIGNALS, LAB_DIR};
use crate::model::{Action, Arming, Experiment, Fault, Limits, Role, Run, Step, Strike, Trigger};
use crate::stimulus::actor::READY;
use crate::sys::handler::line;

/// Every call at which a signal can be told from one a call earlier.
const EVERY_CALL: &[&str] = &["%desc", "%file", "%process", "%signal", "setpgid", "setsid"];

/// Calls that change how a program learns that a child has ended.
const ARRANGEMENTS: &[&str] = &["rt_sigaction", "rt_sigprocmask", "signalfd4", "pidfd_open"];

/// Calls that wait.
const WAITS: &[&str] = &[
    "wait4",
    "waitid",
    "pause",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "read",
    "readv",
    "recvfrom",
    "recvmsg",
];

/// Calls that begin another program.
const EXECS: &[&str] = &["execve", "execveat"];

/// Calls that wait and are not lied to: after EINTR a sleep says what is left of it, which a lie
/// would not, and futexes are the C library's business.
const QUIET_WAITS: &[&str] = &["nanosleep", "clock_nanosleep", "futex"];

/// What is observed where CMD's calls and signals say enough.
const WATCH: &[&str] = &["process", "signal", "write", "prctl"];

/// What is observed where the calls that wait are of interest too.
const WATCH_WAITS: &[&str] = &[
    "process",
    "signal",
    "desc",
    "futex",
    "nanosleep",
    "clock_nanosleep",
];

/// The handout promises a second; see the contracts' common rules for the rest.
const EXIT_WITHIN_MS: u64 = 1500;

/// What the handout lets a runtime do in its own time after CMD has begun, milliseconds.
const SETTLES_WITHIN_MS: u64 = 200;

/// How long CMD then sleeps.
const SLEEPS_MS: u64 = 2000;

/// How long CMD is stopped, milliseconds: who looks every now and then, as often as orphans want it,
/// looks meanwhile.
const STOPPED_MS: u64 = 250;

/// How long CMD takes to end when it was told to, milliseconds.
const ENDS_AFTER_MS: u64 = 3000;

/// How long ago an orphan must have ended to be called a zombie, milliseconds of the run's clock.
const REAPED_WITHIN_MS: u64 = 100;

const SIGTERM: i32 = libc::SIGTERM;

/// A run in which CMD is the actor with these words.
fn run(words_of_actor: &[&str], steps: Vec<Step>) -> Run {
    let mut args = words(&["--", ACTOR]);
    args.extend(words(words_of_actor));
    Run {
        args,
        steps,
        watch: words(WATCH),
        has_actor: true,
        ..Run::default()
    }
}

fn is_ready() -> Step {
    Step::AwaitOutput(READY.into())
}

/// Plain runs of a CMD that reports what it was given, by its path and by its name.
pub(super) fn command(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "command");
    let mut reporting = |start: &[&str]| {
        let (plain, name, value) = (source.word(6), source.word(5), source.word(5));
        let mut args = words(start);
        // What a program may not take for its own, split, expand or drop.
        args.extend(words(&["two  words", "", "--", "-s", "$HOME", "*", "it's"]));
        args.push(plain);
        let env = vec![
            (format!("LAB_{}", name.to_uppercase()), value),
            ("LAB_EMPTY".to_owned(), String::new()),
            ("LAB_BLANKS".to_owned(), " a = b ".to_owned()),
        ];
        let input = [&source.letters(20)[..], b"\nand a second line\n"].concat();
        Run {
            args,
            steps: vec![Step::Send(input), Step::CloseInput],
            watch: words(WATCH),
            has_actor: true,
            env,
            ..Run::default()
        }
    };
    let by_path = reporting(&["--", ACTOR, "report"]);
    let script = format!("exec {ACTOR} report \"$@\"");
    let by_name = reporting(&["--", "sh", "-c", &script, "sh"]);
    vec![
        experiment("CMD says what it was given", by_path),
        experiment("CMD, found along PATH, says what it was given", by_name),
    ]
}

/// The arguments that CMD was to report, of a run of [`command`].
pub(super) fn reported_arguments(run: &Run) -> &[String] {
    let before = match run.args.get(1).is_some_and(|name| name == ACTOR) {
        true => 3,
        false => 5,
    };
    run.args.get(before..).unwrap_or_default()
}

/// Ends of all kinds, an end that leaves somebody behind, a stop, which is none, and an end in the
/// moment just before the supervisor waits for it, or prepares to.
pub(super) fn statuses(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "statuses");
    // Neither one of the fixed ones nor one that shells give a meaning.
    let (any, left, late) = (
        2 + source.next() % 40,
        43 + source.next() % 80,
        43 + source.next() % 80,
    );
    let mut all: Vec<Experiment> = ["0", "1", "42", "137", "255", &any.to_string()]
        .into_iter()
        .map(|status| {
            experiment(
                &format!("CMD exits with status {status}"),
                run(&["exit", status], Vec::new()),
            )
        })
        .collect();
    all.extend(["TERM", "KILL", "SEGV", "VTALRM", "SYS"].map(|name| {
        experiment(
            &format!("SIG{name} ends CMD"),
            run(&["kill", name], Vec::new()),
        )
    }));
    all.push(experiment(
        &format!("CMD exits with status {left} and leaves a process behind"),
        run(&["leave", &left.to_string()], Vec::new()),
    ));
    all.push(experiment(
        &format!("CMD is stopped, and continued, and exits with status {any}"),
        run(
            &["stop", &any.to_string()],
            vec![is_ready(), Step::Pass { ms: STOPPED_MS }, Step::CloseInput],
        ),
    ));
    // CMD ends while the supervisor is held back just before it waits, and not before: else it
    // might have ended when a supervisor comes to that call, and the call would not be made. With
    // CMD it gets to see somebody else's end, which is another one.
    let other = late + 1 + source.next() % 80;
    let late = Run {
        watch: words(WATCH_WAITS),
        ..run(
            &["stay", &late.to_string(), &other.to_string()],
            vec![Step::AwaitStrike, Step::CloseInput],
        )
    };
    let at = |story, points| experiment(story, late.clone()).swept(&[Strike::OthersFirst], points);
    all.extend([
        at(
            "CMD ends just before each call that waits",
            trigger(&[WAITS, QUIET_WAITS], Role::Any, Arming::Fork),
        ),
        // The first process alone: what CMD's own does before it begins comes when it comes.
        at(
            "CMD ends just before each call that prepares to wait",
            trigger(&[ARRANGEMENTS], Role::Parent, Arming::Fork),
        ),
    ]);
    all
}

/// Names of nothing, and names of what is no program.
pub(super) fn not_found(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "not found");
    let mut named = |name: &str| Run {
        args: vec!["--".to_owned(), name.to_owned(), source.word(4)],
        watch: words(WATCH),
        has_actor: true,
        ..Run::default()
    };
    let text = format!("{LAB_DIR}/text");
    vec![
        experiment("a name that is not along PATH", named("no-such-command")),
        experiment("a path that leads nowhere", named("/lab/no/such/command")),
        experiment("a file that may not be executed", named(&text))
            .with_file(&text, b"just text\n".to_vec()),
        experiment("a directory", named(LAB_DIR)),
    ]
}

/// The status that a run of [`not_found`] has to end with.
pub(super) fn expected_status(experiment: &Experiment, run: &Run) -> i32 {
    let is_there = run.args.get(1).is_some_and(|name| {
        name == LAB_DIR || experiment.files.iter().any(|file| file.path == *name)
    });
    if is_there { 126 } else { 127 }
}

/// The six signals, one at a time and two at once, and one just before each call that waits or
/// passes one on.
pub(super) fn signals(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "signals");
    let mut order = ENDING_SIGNALS.to_vec();
    for last in (1..order.len()).rev() {
        order.swap(last, (source.next() % (last as u64 + 1)) as usize);
    }
    let heard = |signo: i32| Step::AwaitOutput(line(signo).into());
    let mut one_by_one = vec![is_ready(), settles()];
    // The first two come again: a supervisor that passes a signal on once only is none.
    for signo in order.iter().chain(&order[..2]) {
        one_by_one.extend([Step::Signal(*signo), heard(*signo)]);
    }
    one_by_one.extend([Step::Pass { ms: ENDS_AFTER_MS }, Step::CloseInput]);
    let (one, other) = (order[2], order[3]);
    // Both wait for it when it goes on.
    let at_once = vec![
        is_ready(),
        settles(),
        Step::Signal(libc::SIGSTOP),
        Step::AwaitRest,
        Step::Signal(one),
        Step::Signal(other),
        Step::Signal(libc::SIGCONT),
        heard(one),
        heard(other),
        Step::Pass { ms: 20 },
        Step::CloseInput,
    ];
    let gap = Run {
        watch: words(WATCH_WAITS),
        // Its orphans wake the supervisor, which then waits again.
        ..run(
            &["later", "2"],
            vec![
                is_ready(),
                settles(),
                Step::Send(b"now\n".to_vec()),
                exits(),
            ],
        )
    };
    // Whoever has taken a signal has room for the next one.
    let passed_on = |story, signo, points: &[&[&str]]| {
        let steps = vec![
            is_ready(),
            settles(),
            Step::Signal(signo),
            settles(),
            Step::AwaitRest,
            // Before CMD ends: what comes then need not reach it.
            Step::End,
        ];
        experiment(story, run(&["signals"], steps)).swept(
            &[Strike::SignalBefore(SIGTERM)],
            trigger(points, Role::Parent, Arming::Fork),
        )
    };
    vec![
        experiment(
            "the six signals, each after the one before has arrived, and a CMD that takes its time",
            run(&["signals"], one_by_one),
        ),
        experiment(
            "two signals while it is stopped",
            run(&["signals"], at_once),
        ),
        experiment("SIGTERM just before each call that waits", gap).swept(
            &[Strike::SignalBefore(SIGTERM)],
            trigger(&[WAITS, QUIET_WAITS], Role::Waiting, Arming::Fork),
        ),
        passed_on(
            "SIGTERM just before SIGTERM is passed on",
            SIGTERM,
            &[SENDING],
        ),
        passed_on(
            "SIGTERM just before each call that passes SIGUSR1 on, or changes the mask",
            libc::SIGUSR1,
            &[SENDING, &["pidfd_send_signal", "rt_sigprocmask"]],
        ),
    ]
}

/// Whoever has started CMD has seen that by then: what goes wrong while it starts is another
/// check's business.
fn settles() -> Step {
    Step::Pass { ms: 50 }
}

fn exits() -> Step {
    Step::AwaitExit {
        within_ms: EXIT_WITHIN_MS,
    }
}

/// Orphans that end one by one, and together, that were dead when they were adopted, and that come
/// before a supervisor that starts CMD first has called prctl(2).
pub(super) fn orphans(_seed: u64) -> Vec<Experiment> {
    let orphaned = |verb, count: &str| Run {
        limits: Limits {
            // Zombies count too.
            tasks: 600,
            ..Limits::default()
        },
        ..run(
            &[verb, count],
            vec![
                is_ready(),
                Step::Pass {
                    ms: REAPED_WITHIN_MS,
                },
                Step::Pass {
                    ms: REAPED_WITHIN_MS,
                },
                Step::ListZombies,
                Step::CloseInput,
            ],
        )
    };
    vec![
        experiment("50 daemons that end together", orphaned("together", "50")),
        experiment(
            "50 zombies that are orphaned together",
            orphaned("bequeath", "50"),
        ),
        experiment(
            "500 double-forked grandchildren that end at once",
            orphaned("storm", "500"),
        ),
        experiment(
            "two orphans that end before each call of prctl(2) that follows CMD's start",
            orphaned("storm", "2"),
        )
        .swept(
            &[Strike::OthersFirst],
            trigger(&[&["prctl"]], Role::Parent, Arming::Fork),
        ),
    ]
}

/// A plain run.
pub(super) fn clean_start(_seed: u64) -> Vec<Experiment> {
    vec![experiment("CMD starts", run(&["exit", "0"], Vec::new()))]
}

/// SIGTERM at every call between the first that sets signals up and CMD's exec.
pub(super) fn first_signal(_seed: u64) -> Vec<Experiment> {
    let starts = Run {
        watch: words(WATCH_WAITS),
        // Whoever starts CMD goes on as far as it can before CMD's process does anything, and again
        // before CMD begins.
        faults: [
            trigger(&[EVERY_CALL], Role::Child, Arming::SignalSetup),
            Trigger {
                every: 1,
                ..trigger(&[EXECS], Role::Any, Arming::Fork)
            },
        ]
        .map(|trigger| Fault {
            trigger,
            action: Action::Strike(Strike::OthersFirst),
        })
        .into(),
        ..run(&["stay"], vec![is_ready(), exits()])
    };
    // A program that sets nothing up has no call for the sweep to strike.
    let begun = run(&["stay"], vec![is_ready(), Step::Signal(SIGTERM), exits()]);
    vec![
        experiment("SIGTERM as soon as CMD has begun", begun),
        experiment("SIGTERM at every call until CMD has begun", starts).swept(
            &[Strike::SignalBefore(SIGTERM), Strike::SignalDuring(SIGTERM)],
            trigger(&[EVERY_CALL], Role::EndingSignals, Arming::SignalSetup),
        ),
    ]
}

/// A CMD that sleeps.
pub(super) fn quiet(_seed: u64) -> Vec<Experiment> {
    let steps = vec![
        is_ready(),
        Step::Pass {
            ms: SETTLES_WITHIN_MS,
        },
        Step::Pass { ms: SLEEPS_MS },
        Step::CloseInput,
    ];
    let sleeping = Run {
        // All calls.
        watch: Vec::new(),
        ..run(&["stay"], steps)
    };
    vec![experiment("CMD sleeps for two seconds", sleeping)]
}

/// EINTR at every call that waits, each in turn, while signals are passed on and orphans reaped.
pub(super) fn interrupted_calls(_seed: u64) -> Vec<Experiment> {
    let told = vec![
        is_ready(),
        Step::Signal(libc::SIGUSR1),
        Step::AwaitOutput(line(libc::SIGUSR1).into()),
        Step::CloseInput,
    ];
    [
        (
            "EINTR from each call that waits, with a signal to pass on",
            "signals",
            None,
            told,
        ),
        (
            "EINTR from each call that waits, with orphans to reap",
            "storm",
            Some("2"),
            vec![is_ready(), Step::CloseInput],
        ),
    ]
    .map(|(story, verb, count, steps)| {
        let words_of_actor: Vec<&str> = std::iter::once(verb).chain(count).collect();
        let interrupted = Run {
            watch: words(WATCH_WAITS),
            ..run(&words_of_actor, steps)
        };
        experiment(story, interrupted).swept(
            &[Strike::Error(libc::EINTR)],
            trigger(&[WAITS], Role::Any, Arming::Fork),
        )
    })
    .into()
}
