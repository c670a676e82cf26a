//! Whether a probe came to its end, and what ended it if not.

use super::super::facts::{Died, Fact, Facts, Place, Sanitizer, Unprepared, called};
use crate::model::{Failure, Objection, Trial};

/// How much is shown of what a process said before it died, lines.
const SHOWN_LINES: usize = 12;

/// How a frame begins in what Python says of a crash.
const FRAME: &str = "  File ";

/// How one begins that is the battery's own, or of how Python imports.
const OUR_FRAMES: [&str; 2] = ["  File \"/battery/", "  File \"<frozen importlib"];

/// How the head of a thread's frames ends.
const THREAD: &str = "(most recent call first):";

/// The facts of a probe that the module lived through.
///
/// # Errors
/// Skipped, if the probe cannot be made here; blind, if the probe itself broke; failed, if the module
/// cannot be imported or raised an exception before a call was made, if a process died of it, or if a
/// sanitizer reported something.
pub(super) fn lived(trial: &Trial<'_>) -> Result<Facts, Objection> {
    let facts = Facts::of(trial)?;
    if facts
        .all
        .iter()
        .any(|fact| matches!(fact, Fact::NotAsked(_)))
    {
        return Ok(facts);
    }
    let files = facts.sources();
    for (at, fact) in facts.all.iter().enumerate() {
        match fact {
            Fact::ImportFailed(came) => {
                let failure = Failure::new(format!("it cannot be imported: it {}", came.told()));
                return Err(failure
                    .hint("What does `python -c 'import ...'` say in the directory of the module?")
                    .into());
            }
            Fact::Unprepared(unprepared) => return Err(raised(&facts, unprepared).into()),
            Fact::Broken(broken) => {
                return Err(Objection::Blind(format!("its probe broke: {}", broken.why)));
            }
            Fact::Sanitizer(report) if is_the_modules(report, &files) => {
                return Err(reported(&facts.all[..at], report).into());
            }
            Fact::Died(died) if !is_for_want_of_the_gil(died) => {
                return Err(dead(&facts, died).into());
            }
            _ => {}
        }
    }
    let has_cases = facts.all.iter().any(|fact| matches!(fact, Fact::Case(_)));
    match facts.cannot() {
        Some(why) if !has_cases => Err(Objection::Skipped(why.to_owned())),
        _ => Ok(facts),
    }
}

/// Whether a report is about the module's own code. The thread sanitizer also speaks of threads of
/// which it has not seen how they wait for each other: those of the interpreter.
fn is_the_modules(report: &Sanitizer, files: &[&str]) -> bool {
    report.tool != "tsan"
        || report
            .frames
            .iter()
            .any(|frame| files.contains(&frame.file.as_str()))
}

/// Whether the debugging allocator found that a thread without the GIL asked it for memory. That is one
/// check's affair: [`needs_no_gil_it_gave_up`](super::needs_no_gil_it_gave_up).
pub(super) fn is_for_want_of_the_gil(died: &Died) -> bool {
    died.said.contains("called without holding the GIL")
}

/// Places as they stand beneath a sentence, a line each.
fn beneath(places: &[Place]) -> impl Iterator<Item = String> {
    places.iter().map(|place| format!("\n  {place}"))
}

fn raised(facts: &Facts, unprepared: &Unprepared) -> Failure {
    let what = match facts.case(unprepared.case) {
        Some(case) => called(&case.call, &case.setup),
        None => "its first call".to_owned(),
    };
    let told = unprepared.came.told();
    let mut why = format!("{what} could not be made: before that, the module {told}");
    why.extend(beneath(&unprepared.at));
    Failure::new(why).hint("What comes of the same lines in `python3 -i`, one by one?")
}

pub(super) fn dead(facts: &Facts, died: &Died) -> Failure {
    let what = match facts.case(died.case) {
        Some(case) => called(&case.call, &case.setup),
        None => "importing it".to_owned(),
    };
    let how = match (&died.signal, died.status) {
        _ if died.stuck => "stood still for ever".to_owned(),
        (Some(signal), _) => format!("ended the process by {signal}"),
        (None, Some(status)) => format!("ended the process with status {status}"),
        (None, None) => "ended the process".to_owned(),
    };
    let said = of_the_module(&died.said);
    let last = &said[said.len().saturating_sub(SHOWN_LINES)..];
    let mut why = format!("{what} {how}");
    why.extend(beneath(&died.at));
    for line in last {
        why.push_str("\n  ");
        why.push_str(line);
    }
    Failure::new(why).hint(match died.stuck {
        true => "What does it wait for there, and who is to give it that?",
        false => "Whose memory did it touch last, and who had said that it may?",
    })
}

/// What was said without our own part of it: the frames by which the battery came to the call, and the
/// modules that it had loaded; see faulthandler of Python's library.
fn of_the_module(said: &str) -> Vec<&str> {
    let is_ours = |line: &str| {
        OUR_FRAMES.iter().any(|frame| line.starts_with(frame))
            || line.starts_with("Extension modules:")
    };
    let mut kept: Vec<&str> = Vec::new();
    for line in said.lines().filter(|line| !is_ours(line)) {
        // The head of a thread of which no frame is left.
        if !line.starts_with(FRAME) {
            kept.pop_if(|last| last.ends_with(THREAD));
        }
        kept.push(line);
    }
    kept.pop_if(|last| last.ends_with(THREAD));
    while kept.pop_if(|last| last.trim().is_empty()).is_some() {}
    kept
}

/// What a sanitizer has reported, given the facts before that: a probe may have gone on with other calls.
fn reported(before: &[Fact], report: &Sanitizer) -> Failure {
    let tool = match report.tool.as_str() {
        "tsan" => "the thread sanitizer",
        "ubsan" => "the sanitizer of undefined behaviour",
        _ => "the address sanitizer",
    };
    let at = before.iter().rev().find_map(|fact| match fact {
        Fact::Case(case) => Some(format!(" in {}", called(&case.call, &case.setup))),
        _ => None,
    });
    let mut why = format!("{tool} reports {}{}", report.kind, at.unwrap_or_default());
    why.extend(beneath(&report.frames));
    Failure::new(why).hint(match report.tool.as_str() {
        "tsan" => {
            "Which of the two threads may touch it at that moment, and what keeps the other away?"
        }
        _ => "How many bytes are there, and which one does that line touch?",
    })
}
