//! The scorecard, as the page has it beside the picture.

use serde::Serialize;

use crate::model::check::WRITTEN;
use crate::model::{Evidence, Finding, Machine, Scorecard};

use super::Shot;
use super::data::shown;

/// A scorecard, with all text made harmless.
#[derive(Debug, Serialize)]
pub(super) struct Card {
    pub(super) lab: String,
    pub(super) title: String,
    pub(super) submission: String,
    pub(super) again: String,
    pub(super) machine: String,
    pub(super) score: u32,
    pub(super) max_score: u32,
    pub(super) notes: Vec<String>,
    pub(super) checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
pub(super) struct Check {
    id: String,
    claim: String,
    verdict: crate::model::Verdict,
    points: u32,
    max_points: u32,
    repeats: Option<(u32, u32)>,
    story: String,
    why: String,
    hint: String,
    read: String,
    see: String,
    evidence: Vec<Proof>,
}

/// A proving event: where it is, if its recording is on the page, and what it says in any case.
#[derive(Debug, Serialize)]
struct Proof {
    run: Option<usize>,
    event: u64,
    text: String,
    site: String,
}

/// The card of a page with these recordings.
pub(super) fn card(card: &Scorecard, shots: &[Shot<'_>]) -> Card {
    Card {
        lab: shown(&card.lab),
        title: shown(&card.title),
        submission: shown(&card.submission),
        again: again(card),
        machine: machine(&card.machine),
        score: card.score,
        max_score: card.max_score,
        notes: card.notes.iter().map(|note| prose(note)).collect(),
        checks: (card.checks.iter())
            .map(|finding| check(finding, &card.lab, shots))
            .collect(),
    }
}

/// The command that makes the same experiments again.
pub(super) fn again(card: &Scorecard) -> String {
    match card.lab.split_once('/').unwrap_or(("", &card.lab)) {
        // Nobody here knows where its file is.
        (WRITTEN, _) => "syslab check lab.toml".to_owned(),
        (lesson, lab) => shown(&format!("syslab {lesson} check {lab} --seed {}", card.seed)),
    }
}

/// Where a card comes from, in a line.
pub(super) fn machine(machine: &Machine) -> String {
    shown(&format!(
        "syslab {}, kernel {}, tracer {}, confinement {}",
        machine.syslab, machine.kernel, machine.tracer, machine.confinement
    ))
}

/// The command that shows the heading that a check of this lab teaches; empty if it names none.
pub(super) fn read(finding: &Finding, lab: &str) -> String {
    let own = lab.split_once('/').map_or("", |(lesson, _)| lesson);
    shown(
        &match (finding.teaches.as_str(), finding.teaches.split_once('/')) {
            ("", _) => String::new(),
            (_, Some((lesson, heading))) => format!("syslab {lesson} read {heading}"),
            (heading, None) => format!("syslab {own} read {heading}"),
        },
    )
}

/// `file:line` of an event; empty if it is not known.
pub(super) fn place(event: &Evidence) -> String {
    let place = event.site.as_ref().map(|site| match site.line {
        0 => site.file.clone(),
        line => format!("{}:{line}", site.file),
    });
    shown(&place.unwrap_or_default())
}

fn check(finding: &Finding, lab: &str, shots: &[Shot<'_>]) -> Check {
    let proof = |event: &Evidence| Proof {
        run: shots.iter().position(|shot| {
            shot.proves
                .as_ref()
                .is_some_and(|(id, run)| *id == finding.id && *run == event.run)
                && event.event < shot.recording.events.len() as u64
        }),
        event: event.event,
        text: shown(&event.text),
        site: place(event),
    };
    Check {
        id: shown(&finding.id),
        claim: shown(&finding.claim),
        verdict: finding.verdict,
        points: finding.points,
        max_points: finding.max_points,
        repeats: finding.repeats.map(|repeats| (repeats.passed, repeats.of)),
        story: prose(&finding.story),
        why: prose(&finding.why),
        hint: prose(&finding.hint),
        read: read(finding, lab),
        see: shown(&finding.see),
        evidence: finding.evidence.iter().map(proof).collect(),
    }
}

/// Text that may have several lines, each made harmless.
pub(super) fn prose(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().split('\n').map(shown).collect();
    lines.join("\n")
}
