//! What calls come to, beside what Python makes of them.

use super::super::facts::{Fact, Facts, Outcome, called};
use super::super::probes::is_sanitized;
use super::ends::lived;
use super::failures::is_neither;
use crate::model::{Failure, Judgement, Pass, Trial};

/// Fails on the first call that comes to something else than Python's own answer.
///
/// Blind spot: what no call of the probe shows; random ones come from the seed.
pub(in crate::lessons::ext) fn computes(trial: &Trial<'_>) -> Judgement {
    agreeing(
        trial,
        "What does the same call give with Python's own tools, and from where on do the two differ?",
    )
}

/// Fails on the first call that is neither refused nor right where it may be either, that is not
/// refused where it has to be, or that loses an exception of its argument's.
pub(in crate::lessons::ext) fn refuses_bad_arguments(trial: &Trial<'_>) -> Judgement {
    agreeing(
        trial,
        "What does it know of that argument before it uses it?",
    )
}

/// Fails on the first call whose result has bytes in it that are none of the argument's; touching a
/// page that is not there ends the process, and a sanitizer says the rest.
pub(in crate::lessons::ext) fn stays_in_bounds(trial: &Trial<'_>) -> Judgement {
    agreeing(
        trial,
        "Which is the last byte that belongs to the argument, and which is the last that is read?",
    )
}

fn agreeing(trial: &Trial<'_>, hint: &str) -> Judgement {
    let facts = lived(trial)?;
    let mut calls = 0;
    // What is built with a sanitizer may be short of memory, and come to something else for that.
    let counts = !is_sanitized(trial);
    for fact in &facts.all {
        let Fact::Outcome(outcome) = fact else {
            continue;
        };
        calls += 1;
        if let Some(why) = disagreement(&facts, outcome)
            && counts
        {
            return Err(Failure::new(why).hint(hint).into());
        }
    }
    Ok(Pass::of("calls", calls))
}

/// What is wrong with an outcome, if something is.
fn disagreement(facts: &Facts, outcome: &Outcome) -> Option<String> {
    let case = facts.case(outcome.case);
    let (kind, setup) = case.map_or(("", ""), |case| (case.kind.as_str(), case.setup.as_str()));
    let call = called(&outcome.call, setup);
    let came = &outcome.came;
    let agrees = outcome.agrees.unwrap_or(true);
    let want = outcome.want.as_ref();
    match kind {
        _ if is_neither(came) => None,
        "passing" => (outcome.is_the_same == Some(false)).then(|| {
            format!(
                "{call} {} instead of the exception that its argument raised",
                came.told()
            )
        }),
        "refused" => (!came.refuses).then(|| {
            format!(
                "{call} {} instead of raising TypeError, ValueError, OverflowError or BufferError",
                came.told()
            )
        }),
        "either" => (!came.refuses && !agrees).then(|| {
            let want = want.map_or_else(String::new, |want| {
                format!(" or where Python {}", want.told())
            });
            format!(
                "{call} {} instead of refusing its argument{want}",
                came.told()
            )
        }),
        _ => (!agrees).then(|| {
            let want =
                want.map_or_else(String::new, |want| format!(" where Python {}", want.told()));
            format!("{call} {}{want}", came.told())
        }),
    }
}
