//! `course.toml`: how scorecards become grades, as data.
//!
//! ```toml
//! course = "os-2026"
//! assignment = "lab7"
//! due = 2026-11-26T23:59:00+01:00  # needed where the source gives times
//! out_of = 10                      # scale; else the sum of the weights counts
//! open = "withhold"                # checks that could not be decided; or "excuse", "zero"
//! visibility = "visible"           # of checks that are not named below
//!
//! [checks.reaps-every-orphan]
//! weight = 40                      # instead of the lab's points
//! visibility = "after_due_date"    # or "visible", "after_published", "hidden"
//! credit = "whole"                 # all or nothing; or "points", which is the default
//!
//! [late]
//! grace_minutes = 15
//! per = "day"                      # or "hour", or minutes
//! percent = 10
//! of = "earned"                    # or "possible"
//! cap = 50
//! drop_after_days = 7
//!
//! [[extension]]
//! student = "s1234567"
//! hours = 48
//! why = "ill"
//! ```

use std::collections::BTreeMap;

use super::late::{self, LatePolicy};
use super::moment::Moment;
use crate::model::fraction::Fraction;
use crate::model::gradebook::Visibility;
use crate::model::toml_reader::{Problems, Reader, read};

/// Most hours of an extension: a year.
const MOST_HOURS: u64 = 366 * 24;

/// How scorecards become grades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The course's name; may be empty.
    pub course: String,
    /// The assignment's name; may be empty.
    pub assignment: String,
    /// Until when a submission is in time.
    pub due: Option<Moment>,
    /// The most that can be reached; the sum of all weights if there is none.
    pub out_of: Option<Fraction>,
    /// What becomes of checks that could not be decided.
    pub open: OpenChecks,
    /// Of checks that are not named.
    pub visibility: Visibility,
    /// By the check's id.
    pub checks: BTreeMap<String, CheckPolicy>,
    /// What being late costs; nothing if there is none.
    pub late: Option<LatePolicy>,
    /// Who may be late.
    pub extensions: Vec<Extension>,
}

/// How one check counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckPolicy {
    /// What it is worth, instead of the lab's points.
    pub weight: Option<Fraction>,
    /// Who sees how it ended, if not as for all.
    pub visibility: Option<Visibility>,
    /// Whether a part of it counts.
    pub credit: Credit,
}

/// Whether a part of a check counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credit {
    /// In proportion to the points.
    #[default]
    Points,
    /// All or nothing.
    Whole,
}

/// What becomes of checks that could not be decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenChecks {
    /// No number leaves the house before an instructor has looked.
    #[default]
    Withhold,
    /// The others count as the whole.
    Excuse,
    /// They are worth nothing.
    Zero,
}

/// More time for one student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The student's id.
    pub student: String,
    /// How much more time.
    pub minutes: u64,
    /// Reason; may be empty.
    pub why: String,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// All that is wrong in it, with line and key.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        read(text, Self::read)
    }

    fn read(file: &mut Reader<'_, '_>) -> Self {
        let checks = file.table("checks", |checks| checks.every_table(CheckPolicy::read));
        let late = file.table("late", late::read);
        let due = file.parsed(
            "due",
            "a time with an offset: 2026-11-26T23:59:00+01:00",
            Moment::parse,
        );
        if late.is_some() && due.is_none() {
            file.refuse("due", "is missing: late after what?");
        }
        let out_of = file.parsed("out_of", "a number greater than zero", |text| {
            let number: Fraction = text.parse().ok()?;
            (number > Fraction::ZERO).then_some(number)
        });
        let open = file.parsed(
            "open",
            r#""withhold", "excuse" or "zero""#,
            |text| match text {
                "withhold" => Some(OpenChecks::Withhold),
                "excuse" => Some(OpenChecks::Excuse),
                "zero" => Some(OpenChecks::Zero),
                _ => None,
            },
        );
        Self {
            course: file.text("course").unwrap_or_default(),
            assignment: file.text("assignment").unwrap_or_default(),
            due,
            out_of,
            open: open.unwrap_or_default(),
            visibility: visibility(file).unwrap_or_default(),
            checks: checks.unwrap_or_default().into_iter().collect(),
            late,
            extensions: file.tables("extension", Extension::read),
        }
    }

    /// Checks that the policy names and the lab does not have: a policy for another lab, or a typo.
    pub fn strangers(&self, has: impl Fn(&str) -> bool) -> Vec<&str> {
        self.checks
            .keys()
            .map(String::as_str)
            .filter(|id| !has(id))
            .collect()
    }

    /// How much longer this student has; several extensions add up.
    pub fn extension_minutes(&self, student: &str) -> u64 {
        self.extensions
            .iter()
            .filter(|extension| extension.student == student && !student.is_empty())
            .map(|extension| extension.minutes)
            .sum()
    }
}

impl CheckPolicy {
    fn read(table: &mut Reader<'_, '_>) -> Self {
        let credit = table.parsed("credit", r#""points" or "whole""#, |text| match text {
            "points" => Some(Credit::Points),
            "whole" => Some(Credit::Whole),
            _ => None,
        });
        Self {
            weight: table.parsed("weight", "a number that is not negative", |text| {
                text.parse()
                    .ok()
                    .filter(|weight: &Fraction| !weight.is_negative())
            }),
            visibility: visibility(table),
            credit: credit.unwrap_or_default(),
        }
    }
}

impl Extension {
    fn read(table: &mut Reader<'_, '_>) -> Self {
        let student = table.needed_text("student");
        let hours = table.whole("hours", MOST_HOURS);
        if hours.is_none() {
            table.refuse("hours", "is missing: how much more time?");
        }
        Self {
            student,
            minutes: hours.unwrap_or(0) * 60,
            why: table.text("why").unwrap_or_default(),
        }
    }
}

fn visibility(table: &mut Reader<'_, '_>) -> Option<Visibility> {
    let expected = r#""visible", "after_due_date", "after_published" or "hidden""#;
    table.parsed("visibility", expected, Visibility::of_name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problems(text: &str) -> String {
        Policy::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_whole_of_it_is_read() {
        let documentation: String = include_str!("policy.rs")
            .lines()
            .skip_while(|line| *line != "//! ```toml")
            .skip(1)
            .take_while(|line| *line != "//! ```")
            .map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start()))
            .collect();
        let policy = Policy::parse(&documentation).unwrap();
        assert_eq!(policy.course, "os-2026");
        assert_eq!(policy.due.unwrap().to_string(), "2026-11-26T22:59:00Z");
        assert_eq!(policy.out_of, Some(10u32.into()));
        let check = &policy.checks["reaps-every-orphan"];
        assert_eq!(check.weight, Some(40u32.into()));
        assert_eq!(check.visibility, Some(Visibility::AfterDueDate));
        assert_eq!(check.credit, Credit::Whole);
        assert_eq!(
            policy.late.as_ref().unwrap().drop_after_minutes,
            Some(7 * 24 * 60)
        );
        assert_eq!(policy.extension_minutes("s1234567"), 48 * 60);
        assert_eq!(policy.extension_minutes(""), 0);
        assert_eq!(policy.strangers(|_| false), ["reaps-every-orphan"]);
    }

    #[test]
    fn every_problem_is_named_by_line_and_key() {
        let text = "out_of = 0\nopne = \"zero\"\n\n[late]\npercent = 200\nper = \"week\"\n\n\
                    [checks.a]\nweight = -1\ncredit = \"some\"\n[checks]\nb = 3\n[[extension]]\nhours = 1.5\n";
        insta::assert_snapshot!(problems(text), @r#"
        line 1: due is missing: late after what?
        line 1: out_of must be a number greater than zero
        line 2: opne is not a key that is known here
        line 5: late.percent must be a number from 0 to 100
        line 6: late.per must be "day", "hour" or minutes
        line 9: checks.a.weight must be a number that is not negative
        line 10: checks.a.credit must be "points" or "whole"
        line 12: checks.b is no table, but of type integer
        line 13: extension[0].student is missing
        line 14: extension[0].hours must be a whole number from 0 to 8784
        "#);
    }

    #[test]
    fn broken_toml_is_a_problem_too() {
        assert!(problems("a = \n").starts_with("line 1: "));
        assert!(problems("[late\n").starts_with("line 1: "));
        assert!(problems("a = 1\na = 2\n").starts_with("line 2: "));
        assert_eq!(
            problems("late = 3"),
            "line 1: late is no table, but of type integer"
        );
        assert_eq!(
            problems("extension = 3"),
            "line 1: extension is no list of tables: write [[extension]]"
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in any::<String>(), lines in proptest::collection::vec("(late|checks|out_of|\\[|\\]|\\.|=|1|\"|\n|\\{|\\}){0,12}", 0..8)) {
            let _ = Policy::parse(&text);
            let _ = Policy::parse(&lines.join("\n"));
        }
    }
}
