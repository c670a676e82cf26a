//! Students' pages: everything that was found out about a submission, and what it counts.
//!
//! A block has some submissions; what ended in the same way for several is in it once.

use std::collections::HashMap;

use serde::Serialize;

use crate::model::{Entry, Evidence, Finding, Gradebook, Graded, Outcome, Student};

use super::super::card::{again, machine, place, read};
use super::super::data::shown;
use super::packed::{block, packed};
use super::told::{some, told};

/// Submissions in a block: a block is opened in some milliseconds.
pub(super) const IN_A_BLOCK: usize = 64;

/// Bytes that all blocks may have; what is beyond them is left out, and its pages say so.
const ALL_BLOCKS: usize = 64 << 20;

/// Proving events of a check that are shown.
const EVENTS: usize = 40;

/// Bytes that proving events may have for one submission; those beyond are counted.
const EVENT_BYTES: usize = 256 << 10;

/// Notes of a submission that are shown.
const NOTES: usize = 50;

#[derive(Debug, Serialize)]
struct Block {
    findings: Vec<Check>,
    entries: Vec<Page>,
}

/// A submission.
#[derive(Debug, Serialize)]
struct Page {
    people: Vec<Person>,
    group: Option<String>,
    notes: Vec<String>,
    /// Why it was not graded.
    because: Option<String>,
    graded: Option<Card>,
}

/// Somebody's names, each with what it is; those that are known.
type Person = Vec<(&'static str, String)>;

#[derive(Debug, Serialize)]
struct Card {
    title: String,
    submission: String,
    again: String,
    machine: String,
    notes: Vec<String>,
    /// `None` while it is withheld.
    points: Option<String>,
    out_of: String,
    withheld: Option<String>,
    steps: Vec<(String, String, String)>,
    /// By their numbers in the block.
    checks: Vec<usize>,
}

/// What became of a check and what it counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
struct Check {
    id: String,
    claim: String,
    sign: char,
    points: String,
    out_of: String,
    visibility: &'static str,
    /// Points, reason, who and when; and the points that the program would have.
    decided: Option<[String; 5]>,
    repeats: Option<(u32, u32)>,
    story: String,
    why: String,
    hint: String,
    read: String,
    see: String,
    figures: Vec<(String, String)>,
    evidence: Vec<Proof>,
    /// Proving events that are not shown.
    more: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
struct Proof {
    run: u32,
    event: u64,
    text: String,
    site: String,
    function: String,
}

/// All pages, in blocks.
pub(super) fn blocks(book: &Gradebook) -> String {
    blocks_within(book, ALL_BLOCKS)
}

/// The blocks that have room in so many bytes.
pub(super) fn blocks_within(book: &Gradebook, room: usize) -> String {
    let mut all = String::new();
    for (number, entries) in book.entries.chunks(IN_A_BLOCK).enumerate() {
        let mut findings = Findings::default();
        let pages = entries.iter().map(|entry| page(entry, &mut findings));
        let packed = packed(&Block {
            entries: pages.collect(),
            findings: findings.all,
        });
        if all.len() + packed.len() <= room {
            all.push_str(&block(&format!("students-{number}"), &packed));
        }
    }
    all
}

/// What became of checks, each once.
#[derive(Default)]
struct Findings {
    all: Vec<Check>,
    numbers: HashMap<Check, usize>,
}

impl Findings {
    fn number(&mut self, check: Check) -> usize {
        if let Some(known) = self.numbers.get(&check) {
            return *known;
        }
        let number = self.all.len();
        self.all.push(check.clone());
        self.numbers.insert(check, number);
        number
    }
}

fn page(entry: &Entry, findings: &mut Findings) -> Page {
    Page {
        people: entry.students.iter().map(person).collect(),
        group: entry.group.as_deref().map(shown),
        notes: some(&entry.notes, NOTES),
        because: match &entry.outcome {
            Outcome::NotGraded { because } => Some(told(because)),
            Outcome::Graded(_) => None,
        },
        graded: entry.graded().map(|graded| card(graded, findings)),
    }
}

fn person(student: &Student) -> Person {
    let all = [
        ("name", &student.name),
        ("id", &student.id),
        ("e-mail", &student.email),
        ("login", &student.login),
        ("GitHub", &student.github),
        ("Canvas", &student.canvas),
        ("Moodle", &student.moodle),
    ];
    all.into_iter()
        .filter(|(_, name)| !name.is_empty())
        .map(|(what, name)| (what, shown(name)))
        .collect()
}

fn card(graded: &Graded, findings: &mut Findings) -> Card {
    let (card, grade) = (&graded.card, &graded.grade);
    let mut room = EVENT_BYTES;
    let checks = (0..card.checks.len()).map(|at| findings.number(check(graded, at, &mut room)));
    Card {
        checks: checks.collect(),
        title: shown(&format!("{}: {}", card.lab, card.title)),
        submission: shown(&card.submission),
        again: again(card),
        machine: machine(&card.machine),
        notes: some(&card.notes, NOTES),
        points: grade.withheld.is_none().then(|| grade.points.to_string()),
        out_of: grade.out_of.to_string(),
        withheld: grade.withheld.as_deref().map(told),
        steps: (grade.steps.iter())
            .map(|step| {
                let points = (step.from.to_string(), step.to.to_string());
                (told(&step.why), points.0, points.1)
            })
            .collect(),
    }
}

fn check(graded: &Graded, at: usize, room: &mut usize) -> Check {
    let finding = &graded.card.checks[at];
    let grade = graded.grade.checks.get(at);
    let evidence = evidence(finding, room);
    Check {
        id: shown(&finding.id),
        claim: told(&finding.claim),
        sign: super::overview::sign(finding.verdict, grade.is_some_and(|grade| grade.is_open)),
        points: grade.map_or_else(
            || finding.points.to_string(),
            |grade| grade.points.to_string(),
        ),
        out_of: grade.map_or_else(
            || finding.max_points.to_string(),
            |grade| grade.out_of.to_string(),
        ),
        visibility: grade.map_or("visible", |grade| grade.visibility.name()),
        decided: (grade.and_then(|grade| grade.overridden.as_ref())).map(|decision| {
            let own = format!("{}/{}", finding.points, finding.max_points);
            [
                decision.points.to_string(),
                told(&decision.why),
                shown(&decision.by),
                shown(&decision.on),
                own,
            ]
        }),
        repeats: finding.repeats.map(|repeats| (repeats.passed, repeats.of)),
        story: told(&finding.story),
        why: told(&finding.why),
        hint: told(&finding.hint),
        read: read(finding, &graded.card.lab),
        see: told(&finding.see),
        figures: (finding.figures.iter())
            .map(|figure| (shown(&figure.name), figure.value.to_string()))
            .collect(),
        more: finding.evidence.len() - evidence.len(),
        evidence,
    }
}

/// The first proving events, as far as there is room for them.
fn evidence(finding: &Finding, room: &mut usize) -> Vec<Proof> {
    let shown = finding.evidence.iter().take(EVENTS).map(proof);
    shown
        .take_while(|proof| {
            let needed = proof.text.len() + proof.site.len() + proof.function.len();
            let fits = needed <= *room;
            *room = room.saturating_sub(needed);
            fits
        })
        .collect()
}

fn proof(event: &Evidence) -> Proof {
    let function = event.site.as_ref().map(|site| site.function.as_str());
    Proof {
        run: event.run,
        event: event.event,
        text: shown(&event.text),
        site: place(event),
        function: shown(function.unwrap_or_default()),
    }
}
