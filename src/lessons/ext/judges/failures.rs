//! What becomes of a call of which one step fails.

use super::super::facts::{Came, Fact, Facts, Failed, Outcome, called};
use super::binding::misses;
use super::ends::lived;
use super::references::{exported, first_change, has_grown, sum};
use crate::model::{Failure, Judgement, Pass, Trial};

/// Fails on the first function of Python's whose failure is not passed on: no exception comes out,
/// or something is left over of the call.
///
/// Blind spot: what Python's own functions call inside. Of technologies that end the process by
/// design when Python's functions fail, nothing is asked.
pub(in crate::lessons::ext) fn survives_failing_calls(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let mut failures = 0;
    for fact in &facts.all {
        let Fact::Outcome(outcome) = fact else {
            continue;
        };
        let Some(failed) = &outcome.failed else {
            continue;
        };
        failures += 1;
        if let Some(why) = not_passed_on(outcome) {
            let why = format!(
                "{}\n  {} {}",
                at_failure(&facts, outcome, failed, &why),
                failed.place,
                failed.function
            );
            let hint =
                "What does that function return when it fails, and what has been taken by then?";
            return Err(Failure::new(why).hint(hint).into());
        }
    }
    Ok(Pass::of("failures", failures))
}

fn at_failure(facts: &Facts, outcome: &Outcome, failed: &Failed, why: &str) -> String {
    let setup = facts
        .case(outcome.case)
        .map_or("", |case| case.setup.as_str());
    format!(
        "{} {why} when {} fails in it",
        called(&outcome.call, setup),
        failed.function
    )
}

fn not_passed_on(outcome: &Outcome) -> Option<String> {
    let came = &outcome.came;
    if came.kind == "SystemError" || (came.outcome == "returned" && outcome.agrees == Some(false)) {
        return Some(came.told());
    }
    if exported(outcome.resized.as_ref()) {
        return Some("leaves a buffer exported".to_owned());
    }
    if let Some(canary) = first_change(&outcome.canaries, outcome.calls, |change| change != 0) {
        let word = if canary.change > 0 { "more" } else { "fewer" };
        let references = canary.change.saturating_abs();
        return Some(format!(
            "leaves {references} references {word} to {}",
            canary.what
        ));
    }
    has_grown(&outcome.blocks, outcome.calls).then(|| {
        let blocks = sum(&outcome.blocks);
        format!("leaves {blocks} blocks of Python's memory more")
    })
}

/// Whether the interpreter itself complains: a value came with an exception, or neither came.
pub(super) fn is_neither(came: &Came) -> bool {
    const COMPLAINTS: [&str; 2] = ["without setting an exception", "with an exception set"];
    came.kind == "SystemError" && COMPLAINTS.iter().any(|part| came.message.contains(part))
}

/// Fails on the first call that comes to a value with an exception set or to neither, that loses an
/// exception of its argument's, or in which Python is called while an exception is pending.
pub(in crate::lessons::ext) fn raises_or_returns(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "Who has looked whether that call failed, before the next one was made?";
    let facts = lived(trial)?;
    let mut calls = 0;
    for fact in &facts.all {
        let why = match fact {
            Fact::Outcome(outcome) => {
                calls += 1;
                let setup = facts
                    .case(outcome.case)
                    .map_or("", |case| case.setup.as_str());
                let call = called(&outcome.call, setup);
                match (is_neither(&outcome.came), outcome.is_the_same) {
                    (true, _) => Some(format!("{call} {}", outcome.came.told())),
                    (_, Some(false)) => Some(format!(
                        "{call} {} instead of the exception that its argument raised",
                        outcome.came.told()
                    )),
                    _ => None,
                }
            }
            Fact::Story(story) => misses(story),
            Fact::Api(api) if api.is_pending => Some(format!(
                "{} calls {} while an exception is pending\n  {}",
                call_of(&facts, api.case),
                api.function,
                api.at
            )),
            _ => None,
        };
        if let Some(why) = why {
            return Err(Failure::new(why).hint(HINT).into());
        }
    }
    Ok(Pass::of("calls", calls))
}

/// The call of a case, as it stands in a sentence.
pub(super) fn call_of(facts: &Facts, case: i64) -> String {
    facts.case(case).map_or_else(
        || "a call".to_owned(),
        |case| called(&case.call, &case.setup),
    )
}
