//! The strace command that shows a learner the same with the standard tool.

mod calls;
mod files;
mod input;

use std::path::Path;

use crate::model::experiment::{ACTOR, STORE, SUBMISSION_DIR, TARGET};
use crate::model::recording::STRIKE;
use crate::model::text::{errno_name, signal_name};
use crate::model::{Action, Call, Fault, Recording, Run, Step, Strike, Trigger, What, shell_word};
use crate::stimulus::actor::pair::BORDER;
use crate::tracer::decode::sets;

use super::build::BATTERY_DIR;
use super::job::TrialRecord;
use super::plan::{Kind, Work};
use files::own;

/// A command line that repeats a trial as far as strace can.
///
/// strace counts calls per task from its first exec on, the loader's included, so the counts are
/// taken from the recording.
///
/// `evidence`: the events of the first run that prove the failure.
pub fn command(work: &Work, record: &TrialRecord, argv: &[String], evidence: &[usize]) -> String {
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
    let mut traced = calls::traced(run, recording, evidence);
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
        false => shell_word(&own(&arg.replace(ACTOR, LEARNERS_ACTOR))),
    }));
    if run.has_terminal {
        // Whoever sits at one types the rest.
        return words.join(" ");
    }
    if let Some(target) = &run.target {
        let args: Vec<String> = target.iter().map(|arg| shell_word(&own(arg))).collect();
        let (args, look) = (args.join(" "), words.join(" "));
        return format!("{LEARNERS_ACTOR} {args} & sleep 1; {look}; kill $!");
    }
    let has_clients = run.steps.iter().any(|step| matches!(step, Step::Start(_)));
    format!(
        "{}{}{}{}",
        files::made(&work.experiment.files, run),
        // A server is talked to by others.
        if has_clients {
            String::new()
        } else {
            input::input(run, work.foretold.is_some())
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
        Some(arg) => format!("{name} {}", own(arg)),
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
