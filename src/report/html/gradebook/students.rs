//! Students' pages: everything that was found out about a submission, and what it counts.
//!
//! A block has some submissions; what ended in the same way for several is in it once, and so is
//! each text.

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
    entries: Vec<Page>,
    findings: Vec<Check>,
    strings: Vec<String>,
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

/// What became of a check and what it counts; text by its number in the block.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
struct Check {
    id: u32,
    claim: u32,
    sign: char,
    points: String,
    out_of: String,
    visibility: &'static str,
    /// Points, reason, who and when; and the points that the program would have.
    decided: Option<[String; 5]>,
    repeats: Option<(u32, u32)>,
    story: u32,
    why: u32,
    hint: u32,
    read: u32,
    see: u32,
    figures: Vec<(u32, String)>,
    evidence: Vec<Proof>,
    /// Proving events that are not shown.
    more: usize,
}

/// A proving event: run, number, and its text, place and function by their numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
struct Proof(u32, u64, u32, u32, u32);

/// All pages, in blocks.
pub(super) fn blocks(book: &Gradebook) -> String {
    blocks_within(book, ALL_BLOCKS)
}

/// The blocks that have room in so many bytes.
pub(super) fn blocks_within(book: &Gradebook, room: usize) -> String {
    let mut all = String::new();
    for (number, entries) in book.entries.chunks(IN_A_BLOCK).enumerate() {
        let mut shared = Shared::default();
        let pages = entries.iter().map(|entry| page(entry, &mut shared));
        let packed = packed(&Block {
            entries: pages.collect(),
            findings: shared.findings.all,
            strings: shared.texts.all,
        });
        if all.len() + packed.len() <= room {
            all.push_str(&block(&format!("students-{number}"), &packed));
        }
    }
    all
}

/// What the submissions of a block have in common.
#[derive(Default)]
struct Shared {
    findings: Findings,
    texts: Texts,
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

/// Texts, each once.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Texts {
    /// The number of this text, made harmless.
    fn number(&mut self, text: &str) -> u32 {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(told(text));
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

fn page(entry: &Entry, shared: &mut Shared) -> Page {
    Page {
        people: entry.students.iter().map(person).collect(),
        group: entry.group.as_deref().map(shown),
        notes: some(&entry.notes, NOTES),
        because: match &entry.outcome {
            Outcome::NotGraded { because } => Some(told(because)),
            Outcome::Graded(_) => None,
        },
        graded: entry.graded().map(|graded| card(graded, shared)),
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

fn card(graded: &Graded, shared: &mut Shared) -> Card {
    let (card, grade) = (&graded.card, &graded.grade);
    let mut room = EVENT_BYTES;
    let checks = (0..card.checks.len()).map(|at| {
        let check = check(graded, at, (&mut shared.texts, &mut room));
        shared.findings.number(check)
    });
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

fn check(graded: &Graded, at: usize, (texts, room): (&mut Texts, &mut usize)) -> Check {
    let finding = &graded.card.checks[at];
    let grade = graded.grade.checks.get(at);
    let evidence = evidence(finding, texts, room);
    Check {
        id: texts.number(&finding.id),
        claim: texts.number(&finding.claim),
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
        story: texts.number(&finding.story),
        why: texts.number(&finding.why),
        hint: texts.number(&finding.hint),
        read: texts.number(&read(finding, &graded.card.lab)),
        see: texts.number(&finding.see),
        figures: (finding.figures.iter())
            .map(|figure| (texts.number(&figure.name), figure.value.to_string()))
            .collect(),
        more: finding.evidence.len() - evidence.len(),
        evidence,
    }
}

/// The first proving events, as far as there is room for them.
fn evidence(finding: &Finding, texts: &mut Texts, room: &mut usize) -> Vec<Proof> {
    let first = finding.evidence.iter().take(EVENTS);
    let fitting = first.take_while(|event| {
        let site = (event.site.as_ref()).map_or(0, |site| site.file.len() + site.function.len());
        let needed = event.text.len() + site;
        let fits = needed <= *room;
        *room = room.saturating_sub(needed);
        fits
    });
    fitting.map(|event| proof(event, texts)).collect()
}

fn proof(event: &Evidence, texts: &mut Texts) -> Proof {
    let function = event.site.as_ref().map(|site| site.function.as_str());
    Proof(
        event.run,
        event.event,
        texts.number(&event.text),
        texts.number(&place(event)),
        texts.number(function.unwrap_or_default()),
    )
}
