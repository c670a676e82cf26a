//! From recordings to findings: asks the judge, and makes its answer readable.

use std::path::Path;

use crate::model::check::WRITTEN;
use crate::model::curriculum::heading_slug;
use crate::model::exhibit::Exhibit;
use crate::model::limit::explain_limit;
use crate::model::recording::STRIKE;
use crate::model::score::{Figure, Site};
use crate::model::text::{event_line, signal_name};
use crate::model::{
    Check, Evidence, Failure, Finding, Frame, LimitKind, Objection, Recording, Strike, Trial,
    Verdict, What,
};

use super::job::TrialRecord;
use super::plan::{Kind, Order, Work};
use super::see;

/// What became of one trial.
#[derive(Debug)]
pub struct Outcome {
    /// Its place among the check's trials.
    pub order: Order,
    /// Whether one of its faults struck; `None` if it has none.
    pub was_struck: Option<bool>,
    /// What the judge, or the engine, says.
    pub result: TrialResult,
}

/// What the judge, or the engine, says of one trial.
#[derive(Debug)]
pub enum TrialResult {
    /// The claim holds; figures by name.
    Pass(Vec<(String, f64)>),
    /// It does not.
    Fail(Box<Proof>),
    /// Nothing can be said, and why.
    Unknown(String),
    /// This machine cannot try it, and why.
    Skipped(String),
    /// A reference trial, or a question, which nobody judges.
    Counted,
}

/// A failure, ready to be shown.
#[derive(Debug)]
pub struct Proof {
    story: String,
    why: String,
    hint: String,
    see: String,
    figures: Vec<(String, f64)>,
    evidence: Vec<Evidence>,
    exhibit: Option<Exhibit>,
}

#[cfg(test)]
impl Proof {
    /// A proof of nothing but the failure itself.
    pub fn of(failure: &Failure) -> Self {
        Self {
            story: String::new(),
            why: failure.why.clone(),
            hint: failure.hint.clone(),
            see: String::new(),
            figures: Vec::new(),
            evidence: Vec::new(),
            exhibit: None,
        }
    }

    /// What was seen.
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// What the judge needs to know of the submission to show its failures.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Host directory of the built submission.
    pub submission: &'a Path,
    /// What starts the program.
    pub argv: &'a [String],
    /// Whether what was judged is kept, to be looked at.
    pub exhibits: bool,
}

/// Judges one trial.
pub fn judge(check: &Check, work: &Work, record: &TrialRecord, at: Surroundings<'_>) -> Outcome {
    let struck: Vec<usize> = record
        .runs
        .iter()
        .flat_map(|run| run.struck().map(|(_, _, fault)| fault))
        .collect();
    let faults = work.faults();
    let was_struck = (!faults.is_empty()).then(|| faults.iter().any(|f| struck.contains(f)));
    let result = if let Some(why) = &record.trouble {
        TrialResult::Unknown(why.clone())
    } else if work.kind == Kind::Reference {
        match runaway(record) {
            Some(failure) => TrialResult::Fail(Box::new(prove(check, work, record, &failure, at))),
            None => TrialResult::Counted,
        }
    } else if let Some(why) = &record.cannot_start {
        let failure = Failure::new(format!("it cannot be started: {why}"))
            .hint("Does it start when you call it by hand, in an empty directory?");
        TrialResult::Fail(Box::new(prove(check, work, record, &failure, at)))
    } else {
        let trial = Trial {
            experiment: &work.experiment,
            runs: &record.runs,
        };
        // A judge that panics is our bug, and must not cost the learner anything.
        match std::panic::catch_unwind(|| (check.judge)(&trial)) {
            Ok(Ok(pass)) => TrialResult::Pass(pass.figures),
            Ok(Err(Objection::Fail(failure))) => {
                TrialResult::Fail(Box::new(prove(check, work, record, &failure, at)))
            }
            Ok(Err(Objection::Blind(why))) => TrialResult::Unknown(why),
            Ok(Err(Objection::Skipped(why))) => {
                TrialResult::Skipped(format!("not checked here: {why}"))
            }
            Err(_) => TrialResult::Unknown("the judge itself failed: a bug in syslab".to_owned()),
        }
    };
    Outcome {
        order: work.order,
        was_struck,
        result,
    }
}

/// A reference trial that a limit ended: with the story as it stands, before any strike, the
/// program runs away, and has as many points as the limit lets it have. Being stuck, or still
/// there, is how some reference trials are meant to end.
fn runaway(record: &TrialRecord) -> Option<Failure> {
    let recording = record.runs.first()?;
    let (_, kind, _) = recording.limit()?;
    match kind {
        LimitKind::Stuck | LimitKind::Exit | LimitKind::Interrupted => None,
        _ => explain_limit(recording),
    }
}

fn prove(
    check: &Check,
    work: &Work,
    record: &TrialRecord,
    failure: &Failure,
    at: Surroundings<'_>,
) -> Proof {
    let evidence = failure
        .evidence
        .iter()
        .filter_map(|shown| {
            let recording = record.runs.get(shown.run)?;
            let (task, site) = task_and_site(recording, shown.event)?;
            Some(Evidence {
                run: shown.run as u32 + 1,
                event: shown.event as u64,
                text: event_line(recording, shown.event),
                task,
                site: site_of(site, at.submission),
            })
        })
        .collect();
    let of_first = failure.evidence.iter().filter(|shown| shown.run == 0);
    let of_first: Vec<usize> = of_first.map(|shown| shown.event).collect();
    let hit = record.runs.first().and_then(|first| {
        let (event, ..) = first.struck().find(|(_, _, fault)| *fault == STRIKE)?;
        let call = work.experiment.runs.first().and_then(|run| {
            let at = see::struck_call(run, &work.strike()?, first, event)?;
            Some(event_line(first, at))
        });
        Some((event, first.events.len(), call))
    });
    let story = story(work, hit.as_ref());
    Proof {
        exhibit: (at.exhibits).then(|| Exhibit::of(check.id, &story, &record.runs)),
        story,
        why: failure.why.clone(),
        hint: failure.hint.clone(),
        see: match failure.see.is_empty() {
            true => see::command(work, record, at.argv, &of_first),
            false => failure.see.clone(),
        },
        figures: failure.figures.clone(),
        evidence,
    }
}

/// The story of a trial; of a sweep's trial also where it was struck.
fn story(work: &Work, hit: Option<&(usize, usize, Option<String>)>) -> String {
    let mut story = work.experiment.story.clone();
    if let Kind::Point { strike, nth, of } = work.kind {
        story = format!("{story}: {}, point {nth} of {of}", strike_name(strike));
    }
    if let Some((event, events, call)) = hit {
        story = format!("{story}; struck at event {event} of {events}");
        if let Some(call) = call {
            story = format!("{story}: {call}");
        }
    }
    story
}

/// What a strike is called.
fn strike_name(strike: Strike) -> String {
    match strike {
        Strike::SignalBefore(signo) => format!("{} just before a call", signal_name(signo)),
        Strike::SignalDuring(signo) => format!("{} as a call begins", signal_name(signo)),
        Strike::SignalAfter(signo) => format!("{} as a call returns", signal_name(signo)),
        Strike::OthersFirst => "others go first just before a call".to_owned(),
        Strike::OthersNext => "others go next just after a call".to_owned(),
        Strike::TargetMoves => "the target moves just before a call".to_owned(),
        Strike::TargetEnds => "the target ends just before a call".to_owned(),
        Strike::KillTree => "every process killed".to_owned(),
        Strike::KillCaller => "the process that makes it killed just before a call".to_owned(),
        Strike::Error(errno) => {
            format!("{} from a call", crate::model::text::errno_name(errno))
        }
    }
}

fn task_and_site(recording: &Recording, event: usize) -> Option<(Option<u32>, &[Frame])> {
    let shown = recording.events.get(event)?;
    let at = match &shown.what {
        What::Exit { enter, .. } => recording.events.get(*enter),
        _ => Some(shown),
    };
    Some((shown.what.task(), at.map_or(&[][..], |at| &at.site)))
}

/// The innermost line of the learner's program, looked up in its DWARF if need be.
fn site_of(frames: &[Frame], submission: &Path) -> Option<Site> {
    frames.iter().find_map(|frame| match frame {
        Frame::Source { .. } => Site::of(frame),
        Frame::Native { module, address } => super::observe::lookup(submission, module, *address)
            .as_ref()
            .and_then(Site::of),
    })
}

/// Takes out what the failure that will be shown was judged by, if that was kept.
pub fn exhibit(outcomes: &mut [Outcome]) -> Option<Exhibit> {
    let failed = (outcomes.iter_mut())
        .filter(|outcome| matches!(outcome.result, TrialResult::Fail(_)))
        .min_by_key(|outcome| outcome.order)?;
    match &mut failed.result {
        TrialResult::Fail(proof) => proof.exhibit.take(),
        _ => None,
    }
}

/// Puts a check's outcomes together.
pub fn finding(lesson: &str, check: &Check, story: &str, mut outcomes: Vec<Outcome>) -> Finding {
    outcomes.sort_by_key(|outcome| outcome.order);
    let trials = outcomes
        .iter()
        .filter(|o| !matches!(o.result, TrialResult::Counted))
        .count() as f64;
    let has_faults = outcomes.iter().any(|outcome| outcome.was_struck.is_some());
    let was_struck = outcomes
        .iter()
        .any(|outcome| outcome.was_struck == Some(true));
    let mut finding = blank(lesson, check, Verdict::Pass, story);
    finding.figures.push(Figure {
        name: "trials".to_owned(),
        value: trials,
    });
    let mut unknown = None;
    let mut skipped = None;
    let mut passed = None;
    for outcome in outcomes {
        match outcome.result {
            TrialResult::Fail(proof) => {
                finding.verdict = Verdict::Fail;
                finding.story = proof.story;
                finding.why = proof.why;
                finding.hint = proof.hint;
                finding.see = proof.see;
                finding.evidence = proof.evidence;
                finding.figures.extend(figures(proof.figures));
                return finding;
            }
            TrialResult::Unknown(why) => unknown = unknown.or(Some(why)),
            TrialResult::Skipped(why) => skipped = skipped.or(Some(why)),
            TrialResult::Pass(shown) => passed = passed.or(Some(shown)),
            TrialResult::Counted => {}
        }
    }
    if let (None, Some(why)) = (&unknown, skipped) {
        finding.verdict = Verdict::Skipped;
        finding.why = why;
        return finding;
    }
    let never_struck = (has_faults && !was_struck)
        .then(|| "the fault never struck: the program makes none of the calls".to_owned());
    let untried = passed.is_none().then(|| "nothing was tried".to_owned());
    if let Some(why) = unknown.or(never_struck).or(untried) {
        finding.verdict = Verdict::Unknown;
        finding.why = why;
        return finding;
    }
    finding.points = check.points;
    finding.figures.extend(figures(passed.unwrap_or_default()));
    finding
}

fn figures(pairs: Vec<(String, f64)>) -> impl Iterator<Item = Figure> {
    pairs
        .into_iter()
        .map(|(name, value)| Figure { name, value })
}

/// A finding without points or proof.
pub fn blank(lesson: &str, check: &Check, verdict: Verdict, story: &str) -> Finding {
    Finding {
        id: check.id.to_owned(),
        claim: check.claim.to_owned(),
        verdict,
        points: 0,
        max_points: check.points,
        story: story.to_owned(),
        why: String::new(),
        hint: String::new(),
        teaches: match lesson {
            WRITTEN => check.teaches.to_owned(),
            lesson => format!("{lesson}/{}", heading_slug(check.teaches)),
        },
        see: String::new(),
        figures: Vec::new(),
        evidence: Vec::new(),
        repeats: None,
    }
}
