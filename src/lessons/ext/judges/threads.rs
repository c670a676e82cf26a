//! The GIL, other threads, and signals.

use std::collections::BTreeMap;

use super::super::facts::{Came, Fact, Interrupted, Outcome, Share, called};
use super::super::probes::is_sanitized;
use super::ends::{dead, is_for_want_of_the_gil, lived};
use super::failures::{call_of, is_neither};
use super::references::exported;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// How much of a long call's processor time has to be spent without the GIL.
const RELEASED: f64 = 0.9;

/// How long a call may go on after the signal, nanoseconds of processor time.
const ANSWER_NS: i64 = 400_000_000;

/// Fails unless nine tenths of the processor time of each long call are spent without the GIL, in the
/// best of its rounds.
pub(in crate::lessons::ext) fn releases_the_gil(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let rounds = facts.all.iter().filter_map(|fact| match fact {
        Fact::Share(share) if share.process_ns > 0 => Some(share),
        _ => None,
    });
    let part = |share: &Share| share.process_released_ns as f64 / share.process_ns as f64;
    let mut best_of: BTreeMap<&str, &Share> = BTreeMap::new();
    for round in rounds {
        let best = best_of.entry(&round.call).or_insert(round);
        if part(round) > part(best) {
            *best = round;
        }
    }
    let Some(best) = best_of
        .into_values()
        .min_by(|one, other| part(one).total_cmp(&part(other)))
    else {
        return Err(Objection::Blind("no long call was measured".to_owned()));
    };
    if best.outcome.outcome == "raised" {
        let why = format!("`{}` {}", best.call, best.outcome.told());
        return Err(Failure::new(why).into());
    }
    if part(best) >= RELEASED {
        return Ok(Pass {
            figures: vec![("released".to_owned(), part(best))],
        });
    }
    let why = format!(
        "`{}` spends {:.0} % of its processor time without the GIL; it gives it away {} times",
        best.call,
        100.0 * part(best),
        best.releases
    );
    Err(Failure::new(why)
        .hint("Which part of that loop needs an object of Python's?")
        .figure("released", part(best))
        .into())
}

/// Fails on the first function of Python's that is called by a thread without the GIL.
pub(in crate::lessons::ext) fn needs_no_gil_it_gave_up(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let mut calls = 0;
    for fact in &facts.all {
        match fact {
            Fact::Api(api) if !api.has_gil => {
                let why = format!(
                    "{} calls {} without the GIL\n  {}",
                    call_of(&facts, api.case),
                    api.function,
                    api.at
                );
                let hint = "What else may the interpreter be doing while that line runs?";
                return Err(Failure::new(why).hint(hint).into());
            }
            Fact::Died(died) if is_for_want_of_the_gil(died) => {
                return Err(dead(&facts, died).into());
            }
            Fact::Outcome(_) => calls += 1,
            _ => {}
        }
    }
    Ok(Pass::of("calls", calls))
}

/// Fails on the first call that gives something else, or keeps a buffer, while another thread is in it,
/// or while another thread changes its argument.
///
/// Fails, too, if a call never gives the GIL away although the handout says that it does.
///
/// Blind spot: another call that never gives the GIL away meets nobody.
pub(in crate::lessons::ext) fn shares_safely(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let mut calls = 0;
    for fact in &facts.all {
        let Fact::Outcome(outcome) = fact else {
            continue;
        };
        calls += 1;
        if is_sanitized(trial) {
            continue;
        }
        let call = call_of(&facts, outcome.case);
        if outcome.met == Some(false) && outcome.releases > 0 {
            let why = format!("the threads did not meet in {call}");
            return Err(Objection::Blind(why));
        }
        if is_right(outcome) && outcome.must_release && outcome.releases == 0 {
            let why = format!("{call} never gives the GIL away: no other thread can be in it");
            let hint = "Which part of that loop needs an object of Python's?";
            return Err(Failure::new(why).hint(hint).into());
        }
        let want = outcome
            .want
            .as_ref()
            .map_or_else(String::new, |want| format!(" where Python {}", want.told()));
        let what = match (is_right(outcome), exported(outcome.resized.as_ref())) {
            (true, false) => continue,
            (true, true) => "leaves a buffer exported".to_owned(),
            (false, _) => format!("{}{want}", outcome.came.told()),
        };
        let meanwhile = match &outcome.change {
            Some(change) => format!(" (what another thread did meanwhile {})", change.told()),
            None => ", with another thread in it".to_owned(),
        };
        let why = format!("{call} {what}{meanwhile}");
        let hint = "What of its arguments does it still use, and who may change that now?";
        return Err(Failure::new(why).hint(hint).into());
    }
    Ok(Pass::of("calls", calls))
}

/// What was there before, or after; or a refusal, where somebody changed it.
fn is_right(outcome: &Outcome) -> bool {
    let was_changed = outcome
        .change
        .as_ref()
        .is_some_and(|change| change.outcome == "returned");
    outcome.agrees.unwrap_or(true)
        || outcome.agrees_after == Some(true)
        || (was_changed && outcome.came.refuses && !is_neither(&outcome.came))
}

/// Fails unless what the handler of Ctrl-C raises ends a call without end, soon.
pub(in crate::lessons::ext) fn answers_signals(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let found = facts.all.iter().find_map(|fact| match fact {
        Fact::Interrupted(interrupted) => Some(interrupted),
        _ => None,
    });
    let Some(interrupted) = found else {
        return Err(Objection::Blind("no call was interrupted".to_owned()));
    };
    let answer_ms = interrupted.processor_ns.max(0) / 1_000_000;
    match unanswered(interrupted, &interrupted.came) {
        None => Ok(Pass::of("answer_ms", answer_ms as usize)),
        Some(why) => Err(Failure::new(format!(
            "{}, SIGINT in its midst, {why}",
            called(&interrupted.call, "")
        ))
        .hint(
            "Who looks whether a signal has come while the call does not return to Python, and \
             what becomes of the exception that its handler raises?",
        )
        .figure("answer_ms", answer_ms as f64)
        .into()),
    }
}

fn unanswered(interrupted: &Interrupted, came: &Came) -> Option<String> {
    if came.outcome != "raised" || !interrupted.is_the_same {
        return Some(format!(
            "{} instead of the exception that the signal's handler raised",
            came.told()
        ));
    }
    if interrupted.processor_ns > ANSWER_NS {
        let ms = interrupted.processor_ns / 1_000_000;
        return Some(format!("went on for {ms} ms of processor time"));
    }
    if let Some(kept) = interrupted.canaries.iter().find(|canary| canary.change > 0) {
        return Some(format!("left {} references to {}", kept.change, kept.what));
    }
    exported(interrupted.resized.as_ref()).then(|| "left a buffer exported".to_owned())
}
