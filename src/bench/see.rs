//! The strace command that shows a learner the same with the standard tool.

use crate::model::experiment::{ACTOR, LAB_DIR, STORE, SUBMISSION_DIR, TARGET};
use crate::model::recording::STRIKE;
use crate::model::text::{errno_name, signal_name};
use crate::model::{Action, Call, Expected, Fault, Recording, Run, Step, Strike, Trigger, What};

use std::path::Path;

use crate::model::shell_word;
use crate::stimulus::actor::pair::BORDER;
use crate::tracer::decode::sets;

use super::build::BATTERY_DIR;
use super::job::TrialRecord;
use super::plan::{Kind, Work};

/// Longest input that is put into the command itself.
const INLINE_INPUT: usize = 72;

/// Longest script that is: without it, nothing could be repeated.
const INLINE_SCRIPT: usize = 1000;

/// A command line that repeats a trial as far as strace can.
///
/// strace counts calls per task from its first exec on, the loader's included, so the counts are
/// taken from the recording.
pub fn command(work: &Work, record: &TrialRecord, argv: &[String]) -> String {
    let Some(run) = work.experiment.runs.first() else {
        return String::new();
    };
    let Some(recording) = record.runs.first() else {
        return String::new();
    };
    if argv
        .iter()
        .any(|word| Path::new(word).starts_with(BATTERY_DIR))
    {
        // What it does wrong is not seen from outside of its process.
        return String::new();
    }
    let mut words: Vec<String> = run
        .env
        .iter()
        .map(|(name, value)| format!("{name}={}", shell_word(value)))
        .collect();
    words.push("strace -f -y".to_owned());
    let mut traced = traced_calls(recording, if run.has_actor { STARTING } else { TELLING });
    let strike = work
        .strike()
        .filter(|_| matches!(work.kind, Kind::Point { .. }));
    let faults = run
        .faults
        .iter()
        .enumerate()
        .chain(strike.as_ref().map(|fault| (STRIKE, fault)));
    let mut injected = Vec::new();
    for (index, fault) in faults {
        if let Some((name, when)) = counted(run, recording, (index, fault))
            && let Some(what) = injection(&fault.action)
        {
            let every = repetition(&fault.trigger);
            injected.push(format!("-e inject={name}:{what}:when={when}{every}"));
            // strace tampers with none that it does not trace.
            if !traced.is_empty() && !traced.contains(&name) {
                traced.push(name);
            }
        }
    }
    if !traced.is_empty() {
        words.push(format!("-e trace={}", traced.join(",")));
    }
    words.extend(injected);
    if !run.led_by.is_empty() {
        words.push(LEARNERS_ACTOR.to_owned());
        words.extend(run.led_by.iter().map(|word| shell_word(word)));
        words.push(BORDER.to_owned());
    }
    words.extend(argv.iter().map(|word| as_learner_sees(word)));
    if !run.led_by.is_empty() {
        words.push(BORDER.to_owned());
    }
    words.extend(run.args.iter().map(|arg| match arg == ACTOR {
        true => LEARNERS_ACTOR.to_owned(),
        false if run.target.is_some() && *arg == TARGET.to_string() => "$!".to_owned(),
        false => shell_word(&arg.replace(ACTOR, LEARNERS_ACTOR).replace(LAB_DIR, "/tmp")),
    }));
    if run.has_terminal {
        // Whoever sits at one types the rest.
        return words.join(" ");
    }
    if let Some(target) = &run.target {
        let args: Vec<String> = target
            .iter()
            .map(|arg| shell_word(&arg.replace(LAB_DIR, "/tmp")))
            .collect();
        let (args, look) = (args.join(" "), words.join(" "));
        return format!("{LEARNERS_ACTOR} {args} & sleep 1; {look}; kill $!");
    }
    let has_clients = run.steps.iter().any(|step| matches!(step, Step::Start(_)));
    format!(
        "{}{}{}",
        // A server is talked to by others.
        if has_clients {
            String::new()
        } else {
            input(run, work.foretold.is_some())
        },
        words.join(" "),
        signals(&run.steps, &first_of(run, argv))
    )
}

/// How the command line of whoever was started first begins, behind its directory: signals are for it.
fn first_of(run: &Run, argv: &[String]) -> String {
    if let Some(verb) = run.led_by.first() {
        return format!("actor {verb}");
    }
    let program = argv.last().map_or("", String::as_str);
    let name = program.rsplit('/').next().unwrap_or(program);
    match run.args.first() {
        Some(arg) => format!("{name} {}", arg.replace(LAB_DIR, "/tmp")),
        None => format!("{name}$"),
    }
}

/// How the learner starts the actor.
const LEARNERS_ACTOR: &str = "syslab actor";

/// What sends the program the signals of a run, each once, from behind it. The newest process
/// whose command line has `words` is not strace.
fn signals(steps: &[Step], words: &str) -> String {
    let mut sent: Vec<String> = Vec::new();
    for step in steps {
        if let Step::Signal(signo) = step {
            let name = signal_name(*signo).trim_start_matches("SIG").to_owned();
            if !sent.contains(&name) {
                sent.push(name);
            }
        }
    }
    if sent.is_empty() {
        return String::new();
    }
    let kills: Vec<String> = sent
        .iter()
        .map(|signal| format!("sleep 1; pkill -{signal} -nf {}", shell_word(words)))
        .collect();
    format!(" & {}", kills.join("; "))
}

fn repetition(trigger: &Trigger) -> String {
    match trigger.every {
        0 => String::new(),
        1 => "+".to_owned(),
        every => format!("+{every}"),
    }
}

fn injection(action: &Action) -> Option<String> {
    let signal = |signo: i32| signal_name(signo).trim_start_matches("SIG").to_owned();
    Some(match action {
        Action::Error(errno) | Action::Strike(Strike::Error(errno)) => {
            format!("error={}", errno_name(*errno))
        }
        Action::Return(value) => format!("retval={value}"),
        Action::DelayEnter(us) => format!("delay_enter={us}"),
        Action::DelayExit(us) => format!("delay_exit={us}"),
        // What strace cannot do.
        Action::CutFile(_) | Action::Confine(_) => return None,
        Action::Strike(
            Strike::SignalBefore(signo) | Strike::SignalDuring(signo) | Strike::SignalAfter(signo),
        ) => format!("signal={}", signal(*signo)),
        Action::Strike(Strike::KillTree | Strike::KillCaller) => "signal=KILL".to_owned(),
        // strace can lie about a count but not shorten a call, and what it delays before a call is
        // interrupted by signals that come meanwhile.
        Action::Hold
        | Action::Short(_)
        | Action::Strike(
            Strike::OthersFirst | Strike::OthersNext | Strike::TargetMoves | Strike::TargetEnds,
        ) => return None,
    })
}

/// The entry of the call that a fault struck, given the event of the strike, if it was recorded.
///
/// Of what strikes before a call only the call that follows is known, and a call that is not watched
/// leaves no trace: then the next one is another.
pub fn struck_call(
    run: &Run,
    fault: &Fault,
    recording: &Recording,
    strike: usize,
) -> Option<usize> {
    let event = recording.struck_call(strike)?;
    let comes_first = matches!(
        fault.action,
        Action::Strike(Strike::SignalBefore(_) | Strike::OthersFirst)
    );
    let What::Enter(_, Call { name, .. }) = &recording.events[event].what else {
        return None;
    };
    if !comes_first || name == STORE {
        return Some(event);
    }
    let meant = sets::names(&fault.trigger.calls).ok()?;
    let watched = match run.watch.is_empty() {
        true => sets::names(&["all"]).ok()?,
        false => sets::names(&run.watch).ok()?,
    };
    let (at_strike, at_call) = (
        &recording.events[strike].site,
        &recording.events[event].site,
    );
    let is_here = !at_call.is_empty() && at_call == at_strike;
    let is_known = is_here || meant.iter().all(|name| watched.contains(name));
    (is_known && meant.contains(&&**name)).then_some(event)
}

/// Name and strace's count of the call that a fault struck first, of those of this run.
fn counted(
    run: &Run,
    recording: &Recording,
    (index, fault): (usize, &Fault),
) -> Option<(String, usize)> {
    let (strike, task, _) = recording.struck().find(|(_, _, of)| *of == index)?;
    let event = struck_call(run, fault, recording, strike)?;
    let What::Enter(_, Call { name, .. }) = &recording.events[event].what else {
        return None;
    };
    // strace knows calls only.
    if name == STORE {
        return None;
    }
    let before = recording.events[..event]
        .iter()
        .filter(|e| matches!(&e.what, What::Enter(by, call) if *by == task && call.name == *name))
        .count();
    Some((name.clone(), before + 1))
}

/// The calls that are most telling of what a program does itself.
const TELLING: &[&str] = &[
    "open",
    "openat",
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "pwrite64",
    "pwritev2",
    "sendfile",
    "splice",
    "copy_file_range",
    "io_uring_setup",
    "io_uring_enter",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "msync",
    "ftruncate",
    "rename",
    "renameat2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "rt_sigaction",
    "rt_sigprocmask",
    "signalfd4",
    "exit_group",
];

/// The calls that are most telling of how a program starts another one.
const STARTING: &[&str] = &[
    "execve",
    "execveat",
    "clone",
    "clone3",
    "fork",
    "vfork",
    "pipe",
    "pipe2",
    "dup2",
    "dup3",
    "openat",
    "prlimit64",
    "setrlimit",
    "rt_sigaction",
    "rt_sigprocmask",
    "prctl",
    "kill",
    "tgkill",
    "pidfd_send_signal",
    "wait4",
    "waitid",
    "pause",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "poll",
    "ppoll",
    "epoll_wait",
    "epoll_pwait",
    "signalfd4",
    "write",
    "exit_group",
];

/// Those of these calls that the run made.
fn traced_calls(recording: &Recording, telling: &[&str]) -> Vec<String> {
    telling
        .iter()
        .filter(|name| recording.calls().any(|made| made.call.name == **name))
        .map(|name| (*name).to_owned())
        .collect()
}

/// The program as the learner starts it, from the submission's directory.
fn as_learner_sees(word: &str) -> String {
    if let Some(own) = word
        .strip_prefix(SUBMISSION_DIR)
        .and_then(|own| own.strip_prefix('/'))
    {
        return if own.contains('.') {
            shell_word(own)
        } else {
            shell_word(&format!("./{own}"))
        };
    }
    let name = word.rsplit('/').next().unwrap_or(word);
    if name.starts_with("python") {
        "python3".to_owned()
    } else {
        shell_word(word)
    }
}

/// Whether the lines of the input are commands, without which nothing could be repeated.
fn has_commands(run: &Run) -> bool {
    let sent = run.steps.iter().map(|step| match step {
        Step::Send(bytes) => bytes.len(),
        _ => 0,
    });
    let has_answers = |expected: &Expected| matches!(expected, Expected::Output { .. });
    (run.has_actor && sent.sum::<usize>() <= INLINE_SCRIPT) || run.expects.iter().any(has_answers)
}

/// Longest input of an oracle's that is put into the command: it counts as a whole, or not at all.
const INLINE_FORETOLD: usize = 4096;

/// What feeds the program, as the left side of a pipe or nothing.
///
/// Of a longer input that an oracle has made, only its place can be named.
fn input(run: &Run, is_foretold: bool) -> String {
    let mut bytes = Vec::new();
    for step in &run.steps {
        if let Step::Send(sent) = step {
            bytes.extend_from_slice(sent);
        }
    }
    let keeps_open = !run.steps.contains(&Step::CloseInput);
    let is_plain = bytes
        .iter()
        .all(|b| b.is_ascii_graphic() && *b != b'\'' || b" \n".contains(b));
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    let source = match std::str::from_utf8(&bytes) {
        Ok("") => ":".to_owned(),
        Ok(text) if is_foretold && is_printable(text) && text.len() <= INLINE_FORETOLD => {
            match text.strip_suffix('\n') {
                Some(text) => {
                    let lines: Vec<String> = text.split('\n').map(shell_word).collect();
                    format!("printf '%s\\n' {}", lines.join(" "))
                }
                None => format!("printf %s {}", shell_word(text)),
            }
        }
        _ if is_foretold => "cat INPUT".to_owned(),
        // With the actor about, each line is a command and counts; so does one with an answer of
        // its own.
        Ok(text) if has_commands(run) && is_printable(text) => {
            let mut room = match text.len() > INLINE_SCRIPT {
                true => INLINE_SCRIPT / 3,
                false => INLINE_SCRIPT * 2,
            };
            let lines: Vec<String> = text
                .replace(ACTOR, "syslab actor")
                .replace(LAB_DIR, "/tmp")
                .lines()
                .map(shell_word)
                .enumerate()
                .take_while(|(nth, line)| {
                    room = room.saturating_sub(line.len() + 1);
                    room > 0 || *nth == 0
                })
                .map(|(_, line)| line)
                .collect();
            format!("printf '%s\\n' {}", lines.join(" "))
        }
        Ok(text) if is_plain && text.len() <= INLINE_INPUT && !text.contains(['%', '\\']) => {
            format!("printf '{}'", text.replace('\n', "\\n"))
        }
        _ => format!("seq {lines}"),
    };
    match (keeps_open, source.as_str()) {
        (true, ":") => "sleep 5 | ".to_owned(),
        (true, source) => format!("({source}; sleep 5) | "),
        (false, source) => format!("{source} | "),
    }
}

fn is_printable(text: &str) -> bool {
    text.chars()
        .all(|c| !c.is_control() || c == '\n' || c == '\t')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Arming, Role};

    /// What is known of a call that SIGTERM came before, if these are the calls that are struck.
    fn known(calls: &[&str], watch: &[&str]) -> Option<usize> {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let run = Run {
            watch: words(watch),
            ..Run::default()
        };
        let fault = Fault {
            trigger: Trigger {
                calls: words(calls),
                on: Role::Any,
                armed: Arming::Start,
                first: 1,
                every: 0,
            },
            action: Action::Strike(Strike::SignalBefore(libc::SIGTERM)),
        };
        let trace = "2 !!! strike\n2 read(3, \"x\", 1) = 1\n2 +++ exit 1";
        struck_call(&run, &fault, &trace.parse().unwrap(), 0)
    }

    #[test]
    fn a_call_that_was_not_watched_is_not_known() {
        assert_eq!(known(&["read", "poll-like"], &[]), Some(1));
        assert_eq!(known(&["read"], &["%desc"]), Some(1));
        assert_eq!(known(&["epoll_wait"], &["read"]), None);
        assert_eq!(known(&["read", "epoll_wait"], &["read"]), None);
    }

    #[test]
    fn signals_are_for_the_program_and_nobody_else() {
        let argv = ["python3", "/submission/main.py"].map(str::to_owned);
        let run = |args: &[&str]| Run {
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            ..Run::default()
        };
        assert_eq!(first_of(&run(&["22079", "x"]), &argv), "main.py 22079");
        assert_eq!(first_of(&run(&["/lab/log"]), &argv), "main.py /tmp/log");
        assert_eq!(first_of(&run(&[]), &argv), "main.py$");
    }
}
