//! Has a run's submissions examined, and says how far it is.

use std::thread;
use std::time::{Duration, Instant};

use crate::exit::{self, Outcome, Trouble};
use crate::grade::drive::{DriveError, Driver, Step, Tally};
use crate::grade::run::{Lock, Manifest, RunDir};
use crate::ui::{ProgressLine, Screen, visible};

use super::super::interrupt::Interrupt;
use super::dry_run;
use super::engines::{Chosen, Workers};
use super::opened::told;
use super::status;

/// When an engine that takes no work at the moment is asked again.
const LATER: Duration = Duration::from_secs(5);

/// How often people are told.
const TELL: Duration = Duration::from_millis(500);

/// The file in a run by which another process asks for its end.
pub(super) const CANCEL: &str = "cancel";

/// Examines what has no result yet; then what came of all, as `grade status` says it.
///
/// # Errors
/// If it cannot go on. What was found out until then is kept.
pub(super) fn drive(
    run: &RunDir,
    manifest: &Manifest,
    workers: &Workers,
    lock: Lock,
    interrupt: &Interrupt,
    screen: &Screen,
) -> Outcome {
    if workers.dry_run {
        return dry_run::show(run, manifest, workers, screen);
    }
    let _asked_before = std::fs::remove_file(run.path(CANCEL));
    run.forget_refusals().map_err(told)?;
    let Chosen {
        mut engine,
        trust,
        glance,
    } = workers.choose(run, manifest)?;
    let engine = engine.as_mut();
    let mut driver = Driver::begin(run, manifest, trust).map_err(trouble)?;
    let mut line = screen.progress_line();
    let begun = Instant::now();
    let before = driver.tally().map_err(told)?.graded;
    let mut last_told: Option<Instant> = None;
    let mut not_before: Option<Instant> = None;
    loop {
        let mut pause = glance;
        if not_before.is_none_or(|moment| Instant::now() >= moment) {
            let step = driver.step(engine);
            tell(engine.remarks(), &mut line, screen);
            match step.map_err(trouble)? {
                Step::Done => break,
                Step::Working => not_before = None,
                Step::Refused(why) => {
                    line.clear();
                    screen.remark(&visible(&why));
                    not_before = Some(Instant::now() + LATER);
                }
            }
        } else {
            pause = TELL;
        }
        if interrupt.is_asked() || run.path(CANCEL).exists() {
            driver.stop(engine).map_err(trouble)?;
            line.clear();
            let tally = driver.tally().map_err(told)?;
            screen.say(&format!(
                "stopped: {} of {} examinations are made, and kept",
                tally.graded, tally.of
            ));
            screen.say(&format!("go on: syslab grade resume {}", shown(run)));
            return Ok(exit::INTERRUPTED);
        }
        if last_told.is_none_or(|last| last.elapsed() >= TELL) {
            let tally = driver.tally().map_err(told)?;
            line.show(&progress(&tally, before, begun.elapsed()));
            last_told = Some(Instant::now());
        }
        thread::sleep(pause);
    }
    drop(line);
    drop(lock);
    status::tell(run, screen)
}

/// Says what an engine has to say.
fn tell(remarks: Vec<String>, line: &mut ProgressLine, screen: &Screen) {
    for remark in remarks {
        line.clear();
        screen.remark(&visible(&remark));
    }
}

/// The run's directory, as a word for a shell.
fn shown(run: &RunDir) -> String {
    crate::model::shell_word(&run.root().to_string_lossy())
}

/// `12 of 30 graded, about 3 min left; at: ada, bob`.
fn progress(tally: &Tally, before: usize, passed: Duration) -> String {
    let mut text = format!("{} of {} examined", tally.graded, tally.of);
    if tally.given_up > 0 {
        text.push_str(&format!(", {} given up", tally.given_up));
    }
    let made = tally.graded.saturating_sub(before);
    let left = tally.of.saturating_sub(tally.graded + tally.given_up);
    if made > 0 && left > 0 {
        let seconds = passed.as_secs_f64() / made as f64 * left as f64;
        text.push_str(&format!(", about {} left", duration(seconds)));
    }
    if !tally.running.is_empty() {
        let names: Vec<String> = tally.running.iter().map(|name| visible(name)).collect();
        text.push_str(&format!("; at: {}", names.join(", ")));
    }
    text
}

/// A time that is only about right.
fn duration(seconds: f64) -> String {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 60.0 * MINUTE;
    match seconds {
        s if s < 1.5 * MINUTE => format!("{s:.0} s"),
        s if s < 1.5 * HOUR => format!("{:.0} min", s / MINUTE),
        s => format!("{:.1} h", s / HOUR),
    }
}

pub(super) fn trouble(error: DriveError) -> Trouble {
    match error {
        DriveError::Run(error) => told(error),
        error @ DriveError::Unaccounted { .. } => Trouble::new(exit::BUG, error),
        error @ (DriveError::Engine(_) | DriveError::Fruitless(_)) => {
            Trouble::new(exit::MACHINE, error)
                .hint("what was found out is kept: `syslab grade resume RUN` goes on")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_who_and_how_long() {
        let tally = Tally {
            of: 30,
            graded: 12,
            given_up: 1,
            running: vec!["ada".to_owned(), "b\x1bob".to_owned()],
        };
        let text = progress(&tally, 2, Duration::from_secs(100));
        assert!(
            text.starts_with("12 of 30 examined, 1 given up, about 3 min left; at: ada, b"),
            "{text}"
        );
        assert!(!text.contains('\x1b'));
        assert_eq!(
            progress(&Tally::default(), 0, Duration::ZERO),
            "0 of 0 examined"
        );
        assert_eq!(duration(7200.0), "2.0 h");
    }
}
