//! What `watch` knows: a lab, what is known of each check, and what the user looks at.
//!
//! Nothing here reads, draws or waits: it takes in what happened, so that it can be tested like that.

use std::collections::VecDeque;

use crate::bench::Progress;
use crate::model::{Check, Finding, Verdict};
use crate::report::{self, HintStep, State};

use super::super::which::Meant;
use super::source::Excerpt;

/// All that can be seen.
#[derive(Debug)]
pub(super) struct Model {
    /// The lab.
    pub(super) meant: Meant,
    /// Its directory, as it is shown.
    pub(super) place: String,
    /// The checks, in the lab's order.
    pub(super) rows: Vec<Row>,
    /// What the experiments are made from.
    pub(super) seed: u64,
    /// What is being done.
    pub(super) work: Work,
    /// Lines of the program that the shown failure cites.
    pub(super) excerpts: Vec<Excerpt>,
    /// How many steps of the shown failure's hints are shown.
    pub(super) hints: usize,
    /// What was said last, until something else is.
    pub(super) notice: String,
    /// What lies over the checks.
    pub(super) overlay: Overlay,
    /// Lines of the text below the checks that are scrolled away.
    pub(super) scroll: usize,
    /// What happened and has not been told.
    pub(super) news: VecDeque<News>,
}

/// A check, and what is known of it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) check: &'static Check,
    pub(super) finding: Option<Finding>,
    pub(super) standing: Standing,
}

/// How a row's finding is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none, or it is of files that have changed; it will be made.
    Waiting,
    /// So many trials of those known so far are made.
    Running { done: u64, of: u64 },
    /// It is of the files as they are.
    Known,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Idle,
    Building,
    Checking,
}

/// What lies over the checks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Overlay {
    #[default]
    Nothing,
    /// All labs that the query leaves, with the selected one.
    List {
        query: String,
        entries: Vec<Entry>,
        selected: usize,
    },
    /// The shown failure's proving events.
    Trace,
    /// What the keys do.
    Keys,
    /// Whether the lab is to be begun again.
    AskReset,
}

/// A lab in the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) meant: Meant,
    pub(super) state: State,
    /// `70/100`; empty if it was not checked.
    pub(super) score: String,
}

impl Eq for Entry {}

/// Something that happened, for those who are told line by line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum News {
    /// So many checks are made.
    Began(usize),
    /// A check is decided.
    Found(usize),
    /// All that was to be done is done.
    Ended,
    /// Something is to be said.
    Notice,
    /// One more step of a hint.
    Hint(HintStep),
}

impl Model {
    /// Of a lab of which nothing is known.
    pub(super) fn new(meant: Meant, place: String, seed: u64) -> Self {
        let row = |check| Row {
            check,
            finding: None,
            standing: Standing::Waiting,
        };
        Self {
            meant,
            place,
            rows: meant.lab.checks.iter().map(row).collect(),
            seed,
            work: Work::Idle,
            excerpts: Vec::new(),
            hints: 0,
            notice: String::new(),
            overlay: Overlay::Nothing,
            scroll: 0,
            news: VecDeque::new(),
        }
    }

    /// Takes in what was known of these files before.
    pub(super) fn remember(&mut self, findings: &[Finding]) {
        for row in &mut self.rows {
            let known = findings.iter().find(|finding| finding.id == row.check.id);
            if let Some(finding) = known {
                row.finding = Some(finding.clone());
                row.standing = Standing::Known;
            }
        }
    }

    /// These checks are about to be made.
    pub(super) fn begin(&mut self, ids: &[String]) {
        for row in &mut self.rows {
            if ids.iter().any(|id| id == row.check.id) {
                row.standing = Standing::Waiting;
            }
        }
        self.work = Work::Building;
        self.notice.clear();
        self.news.push_back(News::Began(ids.len()));
    }

    /// Takes in what an examination says of itself; whether that changes which failure is shown.
    pub(super) fn hear(&mut self, progress: Progress) -> bool {
        match progress {
            Progress::Building => {
                self.work = Work::Building;
                false
            }
            Progress::Check { id, done, of } => {
                self.work = Work::Checking;
                if let Some(row) = self.row(&id)
                    && row.standing != Standing::Known
                {
                    row.standing = Standing::Running { done, of };
                }
                false
            }
            Progress::Finished(finding) => self.found(*finding),
            // Not asked for: pictures are for a browser.
            Progress::Exhibit(_) => false,
        }
    }

    /// Takes in a finding; whether that changes which failure is shown.
    pub(super) fn found(&mut self, finding: Finding) -> bool {
        let before = self.failure().cloned();
        let id = finding.id.clone();
        let Some(at) = self.rows.iter().position(|row| row.check.id == id) else {
            return false;
        };
        let row = &mut self.rows[at];
        let is_new = row.standing != Standing::Known;
        row.finding = Some(finding);
        row.standing = Standing::Known;
        if is_new {
            self.news.push_back(News::Found(at));
        }
        let is_changed = self.failure() != before.as_ref();
        if is_changed {
            self.scroll = 0;
        }
        is_changed
    }

    /// The examination is over.
    pub(super) fn end(&mut self) {
        self.work = Work::Idle;
        for row in &mut self.rows {
            if matches!(row.standing, Standing::Running { .. }) {
                row.standing = Standing::Waiting;
            }
        }
        self.news.push_back(News::Ended);
    }

    /// Says something.
    pub(super) fn say(&mut self, notice: impl Into<String>) {
        self.notice = notice.into();
        self.news.push_back(News::Notice);
    }

    fn row(&mut self, id: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.check.id == id)
    }

    /// The failure that is shown: the first of the files as they are, else the first of the files as
    /// they were.
    pub(super) fn failure(&self) -> Option<&Finding> {
        self.first_failure(true)
            .or_else(|| self.first_failure(false))
    }

    fn first_failure(&self, is_known: bool) -> Option<&Finding> {
        self.rows
            .iter()
            .filter(|row| (row.standing == Standing::Known) == is_known)
            .filter_map(|row| row.finding.as_ref())
            .find(|finding| finding.verdict == Verdict::Fail)
    }

    /// Whether the failure that is shown is of the files as they are.
    pub(super) fn is_current(&self) -> bool {
        self.first_failure(true).is_some()
    }

    /// Whether everything is known of the files as they are.
    pub(super) fn is_complete(&self) -> bool {
        self.rows
            .iter()
            .all(|row| row.standing == Standing::Known && row.finding.is_some())
    }

    /// Whether every check passes, of the files as they are.
    pub(super) fn is_passed(&self) -> bool {
        let passes = |row: &Row| row.verdict() == Some(Verdict::Pass);
        self.is_complete() && self.rows.iter().all(passes)
    }

    /// Points of the files as they are, as far as they are known, and points possible.
    pub(super) fn score(&self) -> (u32, u32) {
        let known = self
            .rows
            .iter()
            .filter(|row| row.standing == Standing::Known);
        let score = known
            .filter_map(|row| row.finding.as_ref())
            .map(|finding| finding.points)
            .sum();
        let max_score = self.rows.iter().map(|row| row.check.points).sum();
        (score, max_score)
    }

    /// How many of the rows stand like this.
    pub(super) fn known(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| row.standing == Standing::Known)
            .count()
    }

    /// The steps of hints for the shown failure.
    pub(super) fn hint_steps(&self) -> Vec<HintStep> {
        self.failure().map_or_else(Vec::new, |finding| {
            report::hints(finding, &self.meant.to_string())
        })
    }

    /// The entries of the list that the query leaves, if the list is open.
    pub(super) fn found_entries(&self) -> Vec<&Entry> {
        match &self.overlay {
            Overlay::List { query, entries, .. } => entries
                .iter()
                .filter(|entry| entry.is_like(query))
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Row {
    /// The verdict, if it is of the files as they are.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        self.finding
            .as_ref()
            .filter(|_| self.standing == Standing::Known)
            .map(|finding| finding.verdict)
    }

    /// The verdict of the files as they were.
    pub(super) fn earlier(&self) -> Option<Verdict> {
        self.finding
            .as_ref()
            .filter(|_| self.standing != Standing::Known)
            .map(|finding| finding.verdict)
    }
}

impl Entry {
    /// Whether every word of the query is in its name or title.
    fn is_like(&self, query: &str) -> bool {
        let text = format!("{} {}", self.meant, self.meant.lab.title).to_lowercase();
        query
            .to_lowercase()
            .split_whitespace()
            .all(|word| text.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{failing, model, passing};
    use super::*;

    #[test]
    fn the_first_failure_in_order_is_shown_whatever_comes_first() {
        let mut model = model();
        let ids: Vec<String> = model
            .rows
            .iter()
            .map(|row| row.check.id.to_owned())
            .collect();
        model.begin(&ids);
        assert!(model.failure().is_none());
        assert!(model.found(failing(3)));
        assert!(!model.found(failing(5)), "a later one changes nothing");
        assert!(model.found(failing(1)));
        assert_eq!(model.failure().unwrap().id, ids[1]);
        assert!(model.is_current() && !model.is_complete());
    }

    #[test]
    fn an_earlier_failure_is_shown_until_it_is_decided_again() {
        let mut model = model();
        model.found(failing(1));
        model.begin(&[model.rows[1].check.id.to_owned()]);
        assert!(model.failure().is_some() && !model.is_current());
        assert_eq!(model.rows[1].earlier(), Some(Verdict::Fail));
        assert!(model.found(passing(1)));
        assert!(model.failure().is_none());
    }

    #[test]
    fn only_what_is_known_scores() {
        let mut model = model();
        for nth in 0..model.rows.len() {
            model.found(passing(nth));
        }
        assert!(model.is_passed());
        assert_eq!(model.score(), (100, 100));
        model.begin(&[model.rows[0].check.id.to_owned()]);
        let lost = model.rows[0].check.points;
        assert_eq!(model.score(), (100 - lost, 100));
        model.hear(Progress::Check {
            id: model.rows[0].check.id.to_owned(),
            done: 3,
            of: 7,
        });
        assert_eq!(model.rows[0].standing, Standing::Running { done: 3, of: 7 });
        model.end();
        assert_eq!(model.rows[0].standing, Standing::Waiting);
    }

    #[test]
    fn a_query_is_words_in_any_order() {
        let entry = Entry {
            meant: model().meant,
            state: State::New,
            score: String::new(),
        };
        for query in ["", "durable", "LOG process", "sigterm durable"] {
            assert!(entry.is_like(query), "{query}");
        }
        assert!(!entry.is_like("durable socket"));
    }
}
