//! What came out of launches.

use super::super::facts::{Changed, Fact, Facts, Output, Seen, Wrong};
use super::faults::{Group, came_through, failure};
use super::told;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};
use crate::ui::grouped;

/// Fails on the first launch whose result is not the reference's, or that changed an input.
///
/// Blind spot: what no launch of the probe shows; random numbers come from the seed.
pub(in crate::lessons::gpu) fn computes(trial: &Trial<'_>) -> Judgement {
    let facts = right(
        trial,
        "Which thread has that element, and which steps lead from the input to it?",
    )?;
    Ok(Pass::of("launches", facts.launches().count()))
}

/// The same of numbers that are large, or that are not there.
///
/// Blind spot: as of [`computes`].
pub(in crate::lessons::gpu) fn is_stable(trial: &Trial<'_>) -> Judgement {
    let facts = right(
        trial,
        "What is the largest number that exp is given there, and what the sum of the row?",
    )?;
    Ok(Pass::of("launches", facts.launches().count()))
}

/// The facts, if every launch is right.
///
/// # Errors
/// A failure that shows the first wrong element, or what ended the launch before it could be right.
pub(super) fn right(trial: &Trial<'_>, hint: &str) -> Result<Facts, Objection> {
    let facts = Facts::of(trial)?;
    if let Some(refused) = facts.refused() {
        let why = format!("{}: the launch is refused: {}", refused.told, refused.why);
        return Err(Failure::new(why)
            .hint("Why, and from which size on?")
            .into());
    }
    for seen in facts.launches() {
        came_through(seen, Group::Computed)?;
        let gave_up = |of| of == Some(Group::Computed);
        if let Some(fault) = seen.faults().find(|fault| gave_up(Group::of(fault.kind))) {
            return Err(failure(seen, fault, Group::Computed).into());
        }
        for fact in seen.facts {
            match fact {
                Fact::Output(output) => compared(seen, output, hint)?,
                Fact::Changed(changed) => return Err(touched(seen, changed).into()),
                _ => {}
            }
        }
    }
    match facts.launches().count() {
        0 => Err(Objection::Blind("no launch was made".to_owned())),
        _ => Ok(facts),
    }
}

fn compared(seen: Seen<'_>, output: &Output, hint: &str) -> Result<(), Objection> {
    let Some(first) = &output.first else {
        return Ok(());
    };
    let mut why = format!("{}: {}", told::launch(seen.launch), wrong(first));
    if output.elements > 1 {
        let (wrong, of) = (grouped(output.wrong), grouped(output.elements));
        why.push_str(&format!(
            "\n  wrong elements of {}: {wrong} of {of}",
            output.array
        ));
        if output.unwritten > 0 {
            let unwritten = grouped(output.unwritten);
            why.push_str(&format!("; never written: {unwritten}"));
        }
    }
    let hint = match first.got {
        None => "Which thread has that element, and does it come so far?",
        Some(_) => hint,
    };
    let failure = Failure::new(why).hint(hint);
    Err(failure.figure("wrong", output.wrong as f64).into())
}

fn wrong(first: &Wrong) -> String {
    let within = match &first.within {
        Some(within) => format!(", give or take {within}"),
        None => String::new(),
    };
    match &first.got {
        None => format!("{} was never written; right is {}", first.place, first.want),
        Some(got) => format!("{} is {got}; right is {}{within}", first.place, first.want),
    }
}

fn touched(seen: Seen<'_>, changed: &Changed) -> Failure {
    let Changed {
        place,
        before,
        after,
    } = changed;
    Failure::new(format!(
        "{}: {place} is an input, and became {after}, from {before}",
        told::launch(seen.launch)
    ))
    .hint("Which of its arrays is it to write to?")
}
