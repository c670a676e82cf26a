//! What the page needs at once: columns with an entry for each submission, and a row for each check.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::model::items::{Alarm, Item};
use crate::model::{
    CheckGrade, Entry, Fraction, Gradebook, Graded, Lateness, Outcome, Student, Verdict,
};

use super::super::data::{Strings, shown};
use super::ClassReport;
use super::measures::{Measure, measures};
use super::pairs::Table;
use super::students::IN_A_BLOCK;
use super::told::{joined, some, told};
use crate::ui::plural;

/// The longest reason in a list, characters; the student's page has the whole.
const REASON: usize = 300;

/// Notes about the class that are shown.
const NOTES: usize = 100;

/// Everything that the page needs at once.
#[derive(Debug, Serialize)]
pub(super) struct Overview {
    made: String,
    lab: String,
    out_of: String,
    notes: Vec<String>,
    pub(super) summary: Summary,
    checks: Vec<Check>,
    /// How many submissions a block has.
    in_a_block: usize,
    entries: Columns,
    /// One character for each submission and check, in this order; see [`sign`].
    verdicts: String,
    absent: Vec<(String, String)>,
    bins: Vec<(String, String, usize)>,
    measures: Vec<Measure>,
    late: Option<(usize, u64, u64)>,
    likeness: Option<Table>,
    strings: Vec<String>,
}

/// The class in a few figures; the points of what may be released.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    submissions: usize,
    graded: usize,
    withheld: usize,
    not_graded: usize,
    absent: usize,
    mean: Option<Number>,
    median: Option<Number>,
    least: Option<Number>,
    most: Option<Number>,
}

/// A number as people read it, and exactly.
#[derive(Debug, Serialize)]
struct Number {
    near: String,
    exact: String,
}

/// One check, over the class.
#[derive(Debug, Serialize)]
struct Check {
    id: String,
    claim: String,
    out_of: String,
    visibility: &'static str,
    passed: usize,
    failed: usize,
    skipped: usize,
    unknown: usize,
    /// Per cent earned on average.
    facility: Option<Number>,
    discrimination: Option<f64>,
    alarms: Vec<&'static str>,
}

/// Columns; text by its number in the page's strings.
#[derive(Debug, Default, Serialize)]
struct Columns {
    key: Vec<u32>,
    name: Vec<u32>,
    id: Vec<u32>,
    /// All other names by which one may look for somebody, and the group's.
    other: Vec<u32>,
    state: Vec<u8>,
    flags: Vec<u8>,
    /// Why it needs somebody.
    why: Vec<u32>,
    /// Exact; empty where there are none.
    points: Vec<u32>,
    /// The same as the nearest number, to sort by.
    value: Vec<Option<f64>>,
    /// Minutes; -1 in time, -2 late by nobody knows how much, -3 unknown.
    late: Vec<i64>,
}

/// What became of a submission; the script has the same numbers.
mod state {
    pub(super) const GRADED: u8 = 0;
    pub(super) const WITHHELD: u8 = 1;
    pub(super) const NOT_GRADED: u8 = 2;
}

/// What a submission's flags say; the script has the same numbers.
mod flag {
    /// A check passed in some repeats only.
    pub(super) const FLAKY: u8 = 1;
    /// A check could not be decided.
    pub(super) const OPEN: u8 = 2;
    /// A person decided something.
    pub(super) const DECIDED: u8 = 4;
    /// Nobody knows whose it is.
    pub(super) const NOBODYS: u8 = 8;
}

/// All of a class.
pub(super) fn overview(report: &ClassReport<'_>, likeness: Option<Table>) -> Overview {
    let book = report.book;
    let ids = ids(book);
    let mut strings = Strings::default();
    let mut entries = Columns::default();
    let mut verdicts = String::with_capacity(book.entries.len() * ids.len());
    let numbers: HashMap<&str, usize> = ids.iter().zip(0..).map(|(id, at)| (id.0, at)).collect();
    for entry in &book.entries {
        entries.add(entry, &mut strings);
        verdicts.push_str(&signs(entry, &numbers));
    }
    Overview {
        made: format!("syslab {}", env!("CARGO_PKG_VERSION")),
        lab: shown(&book.lab),
        out_of: book.out_of.to_string(),
        notes: some(&book.notes, NOTES),
        summary: summary(book),
        checks: (ids.iter())
            .map(|&(id, claim, graded, at)| {
                let item = report.items.items.iter().find(|item| item.id == id);
                check((id, claim), graded.grade.checks.get(at), item)
            })
            .collect(),
        in_a_block: IN_A_BLOCK,
        entries,
        verdicts,
        absent: book.absent.iter().map(person).collect(),
        bins: (report.bins.iter())
            .map(|bin| (bin.from.to_string(), bin.to.to_string(), bin.count))
            .collect(),
        measures: measures(book, &numbers),
        late: late(book),
        likeness,
        strings: strings.into_all(),
    }
}

/// The ids of all checks in the order of the lab, with the claim and where each is met first.
fn ids(book: &Gradebook) -> Vec<(&str, &str, &Graded, usize)> {
    let mut ids: Vec<(&str, &str, &Graded, usize)> = Vec::new();
    let mut known: HashSet<&str> = HashSet::new();
    for graded in book.entries.iter().filter_map(Entry::graded) {
        for (at, finding) in graded.card.checks.iter().enumerate() {
            if known.insert(&finding.id) {
                ids.push((&finding.id, &finding.claim, graded, at));
            }
        }
    }
    ids
}

fn check((id, claim): (&str, &str), grade: Option<&CheckGrade>, item: Option<&Item>) -> Check {
    let count = |count: fn(&Item) -> usize| item.map_or(0, count);
    Check {
        id: shown(id),
        claim: told(claim),
        out_of: grade.map_or(String::new(), |grade| grade.out_of.to_string()),
        visibility: grade.map_or("", |grade| grade.visibility.name()),
        passed: count(|item| item.passed),
        failed: count(|item| item.failed),
        skipped: count(|item| item.skipped),
        unknown: count(|item| item.unknown),
        facility: item.and_then(|item| item.facility).map(|part| Number {
            near: (part * Fraction::from(100u32)).decimal(1),
            exact: part.to_string(),
        }),
        discrimination: item
            .and_then(|item| item.discrimination)
            .map(|r| (r * 100.0).round() / 100.0),
        alarms: item.map_or(Vec::new(), |item| {
            item.alarms.iter().map(|alarm| warning(*alarm)).collect()
        }),
    }
}

fn warning(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::NobodyPasses => "nobody passes: are the check and its handout right?",
        Alarm::EverybodyPasses => "everybody passes: it tells nothing",
        Alarm::TellsLittle => "who passes it does hardly better elsewhere",
        Alarm::TellsTheContrary => {
            "who passes it does worse elsewhere: does it accuse good programs?"
        }
        Alarm::Undecided => "could not be decided for some",
    }
}

/// How each check ended for a submission, one character a check.
fn signs(entry: &Entry, numbers: &HashMap<&str, usize>) -> String {
    let mut signs = vec!['.'; numbers.len()];
    if let Some(graded) = entry.graded() {
        for (at, finding) in graded.card.checks.iter().enumerate() {
            let is_open = graded.grade.checks.get(at).is_some_and(|one| one.is_open);
            if let Some(number) = numbers.get(finding.id.as_str()) {
                signs[*number] = sign(finding.verdict, is_open);
            }
        }
    }
    signs.into_iter().collect()
}

/// The script has the same characters; `.` is no check.
pub(super) fn sign(verdict: Verdict, is_open: bool) -> char {
    match verdict {
        _ if is_open => 'u',
        Verdict::Pass => 'p',
        Verdict::Fail => 'f',
        Verdict::Skipped => 's',
        Verdict::Unknown => 'u',
    }
}

/// Name and handle of somebody who submitted nothing.
fn person(student: &Student) -> (String, String) {
    (shown(&student.name), shown(student.handle()))
}

impl Columns {
    fn add(&mut self, entry: &Entry, strings: &mut Strings) {
        let students = &entry.students;
        let names = |of: fn(&Student) -> &str| joined(students.iter().map(of));
        let others = students.iter().flat_map(|one| {
            [
                one.email.as_str(),
                &one.login,
                &one.github,
                &one.canvas,
                &one.moodle,
            ]
        });
        let group = entry.group.iter().map(String::as_str);
        self.key.push(strings.number(&entry.key));
        self.name.push(strings.number(&names(|one| &one.name)));
        self.id.push(strings.number(&names(|one| &one.id)));
        self.other
            .push(strings.number(&joined(group.chain(others))));
        let (state, points) = match (&entry.outcome, entry.releasable()) {
            (Outcome::NotGraded { .. }, _) => (state::NOT_GRADED, None),
            (_, Ok(points)) => (state::GRADED, Some(points)),
            (_, Err(_)) => (state::WITHHELD, None),
        };
        self.state.push(state);
        let (flags, why) = needs(entry);
        self.flags.push(flags);
        self.why.push(strings.number(&why));
        let text = points.map_or(String::new(), |points| points.to_string());
        self.points.push(strings.number(&text));
        self.value.push(points.map(Fraction::to_f64));
        self.late.push(match entry.late {
            Lateness::InTime => -1,
            Lateness::Late => -2,
            Lateness::Unknown => -3,
            // A script's numbers are exact up to 2^53.
            Lateness::LateBy(minutes) => i64::try_from(minutes).unwrap_or(i64::MAX).min(1 << 52),
        });
    }
}

/// Whether, and why, somebody must look at a submission.
fn needs(entry: &Entry) -> (u8, String) {
    let mut flags = 0;
    let mut why: Vec<String> = entry.releasable().err().into_iter().collect();
    if entry.students.is_empty() {
        flags |= flag::NOBODYS;
        why.push("nobody knows whose it is".to_owned());
    }
    if let Some(graded) = entry.graded() {
        for (at, finding) in graded.card.checks.iter().enumerate() {
            let grade = graded.grade.checks.get(at);
            if grade.is_some_and(|grade| grade.is_open) {
                flags |= flag::OPEN;
                why.push(format!("{}: {}", finding.id, finding.why));
            }
            if let Some(repeats) = finding.repeats
                && repeats.passed > 0
                && repeats.passed < repeats.of
            {
                flags |= flag::FLAKY;
                why.push(format!(
                    "{} passed {} of {} times",
                    finding.id, repeats.passed, repeats.of
                ));
            }
            if grade.is_some_and(|grade| grade.overridden.is_some()) {
                flags |= flag::DECIDED;
            }
        }
    }
    let why = shown(&why.join("; "));
    let cut = why.char_indices().nth(REASON).map(|(at, _)| at);
    (
        flags,
        cut.map_or(why.clone(), |at| format!("{}…", &why[..at])),
    )
}

fn summary(book: &Gradebook) -> Summary {
    let mut points: Vec<Fraction> = (book.entries.iter())
        .filter_map(|entry| entry.releasable().ok())
        .collect();
    points.sort_unstable();
    let graded = book.entries.iter().filter_map(Entry::graded).count();
    let number = |value: Fraction| Number {
        near: value.decimal(2),
        exact: value.to_string(),
    };
    let sum: Fraction = points.iter().copied().sum();
    let middle = |from: usize| points.get(from).copied();
    let median = match points.len() {
        0 => None,
        odd if odd % 2 == 1 => middle(odd / 2),
        even => (middle(even / 2 - 1).zip(middle(even / 2)))
            .and_then(|(one, other)| (one + other).over(2u32.into())),
    };
    Summary {
        submissions: book.entries.len(),
        graded: points.len(),
        withheld: graded - points.len(),
        not_graded: book.entries.len() - graded,
        absent: book.absent.len(),
        mean: sum.over((points.len() as u64).into()).map(number),
        median: median.map(number),
        least: points.first().copied().map(number),
        most: points.last().copied().map(number),
    }
}

impl Summary {
    /// The class in a sentence.
    pub(super) fn sentence(&self) -> String {
        let submissions = plural(self.submissions, "submission", "submissions");
        format!(
            "{submissions}: {} graded, {} withheld, {} not graded; {} submitted nothing",
            self.graded, self.withheld, self.not_graded, self.absent
        )
    }
}

/// Of submissions that were late: how many, and by how many minutes, in the middle and at most.
fn late(book: &Gradebook) -> Option<(usize, u64, u64)> {
    let mut minutes: Vec<u64> = (book.entries.iter())
        .filter_map(|entry| match entry.late {
            Lateness::LateBy(minutes) => Some(minutes),
            _ => None,
        })
        .collect();
    minutes.sort_unstable();
    let most = minutes.last()?;
    Some((minutes.len(), minutes[minutes.len() / 2], *most))
}
