//! What is left over of calls that are made again and again.

use super::super::facts::{Came, Canary, Fact, Facts, LeftOver, Loop, Memory, called};
use super::binding::misses;
use super::ends::lived;
use crate::model::{Failure, Judgement, Pass, Trial};

/// In how many rounds something must have grown to have grown; as many as regrtest -R asks for
/// (python/cpython#74959): a single larger number is somebody's cache.
const ROUNDS_THAT_GROW: usize = 4;

/// Fails on the first call after which there are more blocks of Python's, references or exported
/// buffers than before, call by call.
///
/// Blind spot: an object that lives for ever (PEP 683) has no count.
pub(in crate::lessons::ext) fn keeps_no_reference(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let made = judged(&facts, |facts, one| {
        keeps_buffer(one)
            .or_else(|| canaries(one, |change| change > 0, "more"))
            .or_else(|| growing(one))
            .map(|why| with_lines(facts, why, &one.call, &one.setup))
            .map(|why| {
                Failure::new(why).hint("On which way out of the function is nothing given back?")
            })
    })?;
    // One object that is kept for ever does not grow.
    let kept = facts.all.iter().find_map(|fact| match fact {
        Fact::Story(story) => misses(story),
        _ => None,
    });
    match kept {
        Some(why) => {
            let hint = "Who still holds it, and until when can it be needed?";
            Err(Failure::new(why).hint(hint).into())
        }
        None => Ok(made),
    }
}

/// Fails on the first call that leaves an object with fewer references than it had.
///
/// Blind spot: as that of [`keeps_no_reference`].
pub(in crate::lessons::ext) fn gives_no_reference_away(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    judged(&facts, |_, one| {
        canaries(one, |change| change < 0, "fewer")
            .map(|why| Failure::new(why).hint("Is that reference borrowed, stolen or its own?"))
    })
}

fn judged(facts: &Facts, object: impl Fn(&Facts, &Loop) -> Option<Failure>) -> Judgement {
    let mut calls = 0;
    for fact in &facts.all {
        let Fact::Loop(one) = fact else {
            continue;
        };
        calls = usize::saturating_add(calls, one.calls.max(0) as usize);
        if let Some(failure) = object(facts, one) {
            return Err(failure.into());
        }
    }
    Ok(Pass::of("calls", calls))
}

/// Whether an argument could not change its size afterwards, since somebody has a buffer of it.
pub(super) fn exported(resized: Option<&Came>) -> bool {
    resized.is_some_and(|resized| resized.kind == "BufferError")
}

fn keeps_buffer(one: &Loop) -> Option<String> {
    exported(one.resized.as_ref()).then(|| {
        format!(
            "{} leaves a buffer exported: afterwards its argument cannot change its size",
            called(&one.call, &one.setup)
        )
    })
}

/// The first object whose references have changed like this, by one in four of five of so many calls
/// at least: caches of the interpreter's take and give some.
pub(super) fn first_change(
    canaries: &[Canary],
    calls: i64,
    is_wrong: impl Fn(i64) -> bool,
) -> Option<&Canary> {
    let counts = |canary: &&Canary| {
        !canary.is_immortal
            && canary.change.saturating_abs().saturating_mul(5) >= calls.max(1).saturating_mul(4)
    };
    canaries
        .iter()
        .filter(counts)
        .find(|canary| is_wrong(canary.change))
}

/// Whether there were nine tenths of a block more for each of so many calls, in nearly every round:
/// less is a cache of the interpreter's.
pub(super) fn has_grown(rounds: &[i64], calls: i64) -> bool {
    let each = |more: &&i64| {
        more.saturating_mul(10).saturating_mul(rounds.len() as i64)
            >= calls.max(1).saturating_mul(9)
    };
    rounds.iter().filter(each).count() >= ROUNDS_THAT_GROW
}

fn canaries(one: &Loop, is_wrong: impl Fn(i64) -> bool, word: &str) -> Option<String> {
    let canary = first_change(&one.canaries, one.calls, is_wrong)?;
    Some(format!(
        "{} calls of {} leave {} references {word} to {}",
        one.calls,
        called(&one.call, &one.setup),
        canary.change.saturating_abs(),
        canary.what
    ))
}

fn growing(one: &Loop) -> Option<String> {
    has_grown(&one.blocks, one.calls).then(|| {
        format!(
            "{} calls of {} leave {} blocks of Python's memory more",
            one.calls,
            called(&one.call, &one.setup),
            sum(&one.blocks)
        )
    })
}

/// Fails on the first call of which the C heap grows, round by round.
pub(in crate::lessons::ext) fn leaks_no_memory(trial: &Trial<'_>) -> Judgement {
    let facts = lived(trial)?;
    let mut calls = 0;
    for fact in &facts.all {
        let Fact::Memory(one) = fact else {
            continue;
        };
        let more = (one.calls.max(0) as usize).saturating_mul(one.bytes.len());
        calls = usize::saturating_add(calls, more);
        if let Some(why) = bytes(one) {
            let why = with_lines(&facts, why, &one.call, &one.setup);
            let hint = "Who frees that memory, on each way out of the function?";
            return Err(Failure::new(why).hint(hint).into());
        }
    }
    Ok(Pass::of("calls", calls))
}

/// Bytes for each call that are less than any allocation, and more than what there may be of others.
const LEAST_BYTES: i64 = 8;

fn bytes(one: &Memory) -> Option<String> {
    let grown = one
        .bytes
        .iter()
        .filter(|bytes| **bytes >= LEAST_BYTES.saturating_mul(one.calls))
        .count();
    (one.calls > 0 && grown >= ROUNDS_THAT_GROW).then(|| {
        format!(
            "{} calls of {} leave {} bytes of the C heap allocated",
            one.calls.saturating_mul(one.bytes.len() as i64),
            called(&one.call, &one.setup),
            sum(&one.bytes)
        )
    })
}

/// With the lines that got what is left over, where they were found.
fn with_lines(facts: &Facts, why: String, call: &str, setup: &str) -> String {
    let mut why = why;
    for LeftOver {
        place, function, ..
    } in facts.left_over(call, setup)
    {
        why.push_str(&format!("\n  {place} {function}"));
    }
    why
}

/// The sum of what somebody else wrote down.
pub(super) fn sum(rounds: &[i64]) -> i64 {
    rounds
        .iter()
        .fold(0, |sum: i64, more| sum.saturating_add(*more))
}
