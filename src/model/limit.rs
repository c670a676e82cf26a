//! Why a run was ended early, as a failure: what the program was doing, and in which call.

use super::check::Failure;
use super::recording::{FIRST, LimitKind, Made, Recording, What, World};
use super::text::{call_head, signal_name};

/// Explains the limit that ended the run, with the blocking or the last call as evidence.
///
/// `None` if no limit ended it, or if it was the user who did ([`LimitKind::Interrupted`]), which
/// no program is to blame for.
pub fn explain_limit(run: &Recording) -> Option<Failure> {
    let (at, kind, figure) = run.limit()?;
    let moment = Moment { run, at };
    let failure = match kind {
        LimitKind::Interrupted => return None,
        LimitKind::Exit => moment.not_ended(&span(figure)),
        LimitKind::Time => moment
            .waiting(format!("it had not ended after {}", span(figure)))
            .hint("What is it waiting for, and who was to bring that about?"),
        LimitKind::Stuck => moment
            .waiting("it waits for something that will never come".to_owned())
            .hint("What is it waiting for, and who was to bring that about?"),
        LimitKind::Cpu => moment
            .running(format!(
                "it used {} of processor time and had not ended",
                span(figure)
            ))
            .hint("What ends the loop if the call in it always answers the same?"),
        LimitKind::Events => moment
            .running(format!(
                "it made system calls without end ({figure} events)"
            ))
            .hint("What ends the loop if the call in it always answers the same?"),
        LimitKind::Memory => moment
            .running(format!("it used more than {} MiB of memory", figure / 1024))
            .hint("What does it keep that it has no more use for?"),
        LimitKind::Tasks => moment
            .running(format!(
                "it had more than {figure} processes and threads at once"
            ))
            .hint("What starts them, and what ends them?"),
        LimitKind::Output => moment
            .running(format!("it wrote more than {figure} bytes of output"))
            .hint("What ends the loop that writes?"),
        LimitKind::Stopped => moment.stopped(),
    };
    Some(failure.showing(at).figure(figure_name(kind), figure as f64))
}

fn figure_name(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Cpu => "cpu_ms",
        LimitKind::Time | LimitKind::Exit | LimitKind::Stuck => "time_ms",
        LimitKind::Memory => "memory_kib",
        LimitKind::Tasks => "tasks",
        LimitKind::Output => "output_bytes",
        LimitKind::Events | LimitKind::Stopped | LimitKind::Interrupted => "events",
    }
}

/// A time in milliseconds, for people.
fn span(ms: u64) -> String {
    match (ms / 1000, ms % 1000) {
        (0, ms) => format!("{ms} ms"),
        (seconds, 0) => format!("{seconds} s"),
        (seconds, ms) => format!("{seconds}.{} s", ms.div_euclid(100)),
    }
}

/// The event at which a limit was reached.
struct Moment<'a> {
    run: &'a Recording,
    at: usize,
}

impl Moment<'_> {
    /// It was told to end and did not.
    fn not_ended(&self, time: &str) -> Failure {
        let hint = "Which call is it in, and what would make that call return?";
        match self.told() {
            Some((event, what)) => self
                .waiting_showing(format!("it had not ended {time} after {what}"), Some(event))
                .hint(hint),
            None => self
                .waiting(format!("it should have ended and had not after {time}"))
                .hint(hint),
        }
    }

    fn stopped(&self) -> Failure {
        let stop = self.run.events[..self.at]
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, event)| match event.what {
                What::Stop(_, signo) => Some((at, signo)),
                _ => None,
            });
        match stop {
            Some((at, signo)) => Failure::new(format!(
                "it stopped because of {} and nobody will continue it",
                signal_name(signo)
            ))
            .showing(at),
            None => Failure::new("it stopped and nobody will continue it"),
        }
        .hint("Who would send SIGCONT?")
    }

    /// Says which call it was blocked in, or else what it was doing.
    fn waiting(&self, what: String) -> Failure {
        self.waiting_showing(what, None)
    }

    fn waiting_showing(&self, what: String, event: Option<usize>) -> Failure {
        let Some(blocked) = self.blocked() else {
            let failure = self.running(what);
            return event.into_iter().fold(failure, Failure::showing);
        };
        let others = match self.in_flight().count() {
            0 | 1 => String::new(),
            2 => ", and another task in a call of its own".to_owned(),
            more => format!(", and {} more tasks in calls of their own", more - 1),
        };
        let why = format!(
            "{what}: it was blocked in {}{others}",
            call_head(blocked.call)
        );
        let failure = event.into_iter().fold(Failure::new(why), Failure::showing);
        failure.showing(blocked.enter)
    }

    /// Says which call was its last.
    fn running(&self, what: String) -> Failure {
        let last = self.run.calls().filter(|made| made.enter < self.at).last();
        match last {
            Some(made) => Failure::new(format!(
                "{what}; its last call was {}",
                call_head(made.call)
            ))
            .showing(made.enter),
            None => Failure::new(what),
        }
    }

    /// The calls that tasks were in.
    fn in_flight(&self) -> impl Iterator<Item = Made<'_>> {
        self.run.calls().filter(|made| {
            made.enter < self.at
                && made.exit.is_none_or(|exit| exit > self.at)
                && !self.has_ended(made.task, made.enter)
        })
    }

    /// The call that the first process was blocked in, or else the latest of another task.
    fn blocked(&self) -> Option<Made<'_>> {
        let of_first = self.in_flight().filter(|made| made.task == FIRST).last();
        of_first.or_else(|| self.in_flight().last())
    }

    /// Whether the task ended between event `since` and the limit.
    fn has_ended(&self, task: u32, since: usize) -> bool {
        self.run.events[since..self.at]
            .iter()
            .any(|event| matches!(event.what, What::End { task: ended, .. } if ended == task))
    }

    /// What told the program to end: the latest signal to it, or else the end of input.
    fn told(&self) -> Option<(usize, String)> {
        let before = || self.run.events[..self.at].iter().enumerate().rev();
        let signal = before().find_map(|(at, event)| match event.what {
            What::World(World::Signalled(signo)) | What::Signal(FIRST, signo) => {
                Some((at, signal_name(signo)))
            }
            _ => None,
        });
        signal.or_else(|| {
            before().find_map(|(at, event)| match event.what {
                What::World(World::Closed) => Some((at, "the end of its input".to_owned())),
                What::End { task: FIRST, .. } => Some((at, "its first process had".to_owned())),
                _ => None,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(trace: &str) -> String {
        let run: Recording = trace.parse().unwrap();
        match explain_limit(&run) {
            Some(failure) => {
                let evidence: Vec<_> = failure
                    .evidence
                    .iter()
                    .map(|shown| super::super::text::event_line(&run, shown.event))
                    .collect();
                format!("{}\n{}\n{}", failure.why, evidence.join("\n"), failure.hint)
            }
            None => "no limit".to_owned(),
        }
    }

    #[test]
    fn a_program_that_does_not_end_is_shown_in_its_blocking_call() {
        insta::assert_snapshot!(explained(r#"
            2 read(0<pipe:[1]>, "a\n", 4096) = 2
            * signal SIGTERM
            2 --- SIGTERM
            2 read(0<pipe:[1]>, "", 4096) ...
            * limit exit 1500
            2 +++ signal SIGKILL
        "#), @r#"
        it had not ended 1.5 s after SIGTERM: it was blocked in read(0<pipe:[1]>)
        2 --- SIGTERM
        2 read(0<pipe:[1]>, "", 4096) = ?
        * limit exit 1500
        Which call is it in, and what would make that call return?
        "#);
    }

    #[test]
    fn threads_in_calls_of_their_own_are_counted() {
        insta::assert_snapshot!(explained(r#"
            2 thread 3
            2 thread 4
            4 read(0<pipe:[1]>, "", 1) ...
            4 +++ exit 0
            2 futex(0x1, FUTEX_WAIT, 0, NULL) ...
            3 read(0<pipe:[1]>, "", 1) ...
            * limit stuck 0
        "#), @r"
        it waits for something that will never come: it was blocked in futex, and another task in a call of its own
        2 futex(0x1, FUTEX_WAIT, 0, NULL) = ?
        * limit stuck 0
        What is it waiting for, and who was to bring that about?
        ");
    }

    #[test]
    fn an_endless_loop_is_shown_with_its_last_call() {
        let trace = r#"
            2 write(3</lab/log [9]>, "a\n", 2) = -1 ENOSPC (injected)
            * limit KIND 10000
        "#;
        insta::assert_snapshot!(explained(&trace.replace("KIND", "cpu")), @r#"
        it used 10 s of processor time and had not ended; its last call was write(3</lab/log [9]>)
        2 write(3</lab/log [9]>, "a\n", 2) = -1 ENOSPC (injected)
        * limit cpu 10000
        What ends the loop if the call in it always answers the same?
        "#);
        insta::assert_snapshot!(explained(&trace.replace("KIND", "events")), @r#"
        it made system calls without end (10000 events); its last call was write(3</lab/log [9]>)
        2 write(3</lab/log [9]>, "a\n", 2) = -1 ENOSPC (injected)
        * limit events 10000
        What ends the loop if the call in it always answers the same?
        "#);
    }

    #[test]
    fn every_limit_has_words_of_its_own() {
        let mut seen = std::collections::HashSet::new();
        for kind in [
            "cpu", "time", "exit", "stuck", "memory", "tasks", "output", "events", "stopped",
        ] {
            let run: Recording = format!("2 stop SIGSTOP\n* limit {kind} 4096")
                .parse()
                .unwrap();
            let failure = explain_limit(&run).unwrap();
            assert!(!failure.hint.is_empty());
            assert!(failure.evidence.iter().any(|shown| shown.event == 1));
            assert!(seen.insert(failure.why.clone()), "{kind}: {}", failure.why);
        }
        assert_eq!(explained("* limit interrupted 0"), "no limit");
        assert_eq!(explained("2 +++ exit 0"), "no limit");
    }
}
