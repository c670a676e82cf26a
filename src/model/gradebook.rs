//! A class' scorecards, and what they are worth: everything that a gradebook's exports are made of.
//!
//! A [`Scorecard`] says what was found out. A [`Grade`] says what it counts: after weights, late
//! policy and overrides, in exact fractions. Both are kept, so that a new policy needs no new run.

use serde::{Deserialize, Serialize};

use super::fraction::Fraction;
use super::score::{Finding, Scorecard, Verdict};

/// Version of the JSON form of [`Gradebook`].
pub const GRADEBOOK_SCHEMA: u32 = 1;

/// How the engine begins the reason of a check that the machine could not make.
const MACHINE_LACKS: &str = "not checked here";

/// One assignment of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gradebook {
    /// [`GRADEBOOK_SCHEMA`].
    pub schema: u32,
    /// The course, as the policy calls it; may be empty.
    pub course: String,
    /// The assignment, as the policy calls it.
    pub assignment: String,
    /// `lesson/lab`.
    pub lab: String,
    /// The most that can be reached.
    pub out_of: Fraction,
    /// One per submission, sorted by key.
    pub entries: Vec<Entry>,
    /// Who is on the roster and submitted nothing.
    pub absent: Vec<Student>,
    /// What the instructor should know about the class as a whole.
    pub notes: Vec<String>,
}

/// A person, under all names that platforms have for one. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Student {
    /// The university's number or name for the person; what overrides and extensions go by.
    pub id: String,
    /// As a roster writes it.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The name to log in with.
    pub login: String,
    /// Account at GitHub.
    pub github: String,
    /// Canvas' user id: the column `ID` of its gradebook.
    pub canvas: String,
    /// Moodle's participant number, which is another one for every assignment.
    pub moodle: String,
}

/// A submission as Classroom 50 has released it: what its results must be called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The classroom's short name.
    pub classroom: String,
    /// The assignment's slug.
    pub assignment: String,
    /// Whether the assignment is one of groups.
    pub is_group: bool,
    /// Whose repository it is, the login in its name.
    pub owner: String,
    /// The tag: `submit/...`.
    pub submission: String,
    /// Link to the commit.
    pub commit: String,
    /// Link to the release.
    pub release: String,
    /// Link to the whole diff.
    pub review: String,
    /// When it was submitted: `2026-11-26T22:59:00Z`.
    pub datetime: String,
}

/// One submission of one or several students.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Unique in the class, and fit to be a file's name.
    pub key: String,
    /// Whose it is; several for a group, none if nobody knows.
    pub students: Vec<Student>,
    /// The group's name, for the work of a group.
    pub group: Option<String>,
    /// When it came.
    pub late: Lateness,
    /// What became of the submission on its way here: files that were refused, and why.
    pub notes: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// Whether a submission came in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lateness {
    /// The source does not say.
    #[default]
    Unknown,
    /// In time.
    InTime,
    /// Late, and the source does not say by how much.
    Late,
    /// Late by so many minutes, begun ones included.
    LateBy(u64),
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was examined.
    Graded(Box<Graded>),
    /// It was not, and nobody may take that for zero points.
    NotGraded {
        /// Completes "not graded, because".
        because: String,
    },
}

/// What was found out, and what it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    /// What was found out.
    pub card: Scorecard,
    /// What it counts.
    pub grade: Grade,
}

/// What a scorecard counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grade {
    /// One per finding, in the same order.
    pub checks: Vec<CheckGrade>,
    /// What became of the checks' sum on its way to the points: scale, lateness, overrides.
    pub steps: Vec<GradeStep>,
    /// What counts.
    pub points: Fraction,
    /// The most that can be reached.
    pub out_of: Fraction,
    /// Why no number may leave the house before an instructor has looked; `None` if it may.
    pub withheld: Option<String>,
}

/// What one check counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckGrade {
    /// The check's id.
    pub id: String,
    /// Who may see how it ended.
    pub visibility: Visibility,
    /// Points, weighted.
    pub points: Fraction,
    /// Points possible, weighted.
    pub out_of: Fraction,
    /// Whether the check could not be decided: neither earned nor lost.
    pub is_open: bool,
    /// The override that made the points what they are.
    pub overridden: Option<Override>,
}

/// One step from the checks' sum to the points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeStep {
    /// Why: "30 % off for 3 days".
    pub why: String,
    /// Before it.
    pub from: Fraction,
    /// After it.
    pub to: Fraction,
}

/// A decision of a person, which no regrade undoes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The student's id; where that is empty, the submission's key.
    pub student: String,
    /// The check's id, or `*` for the whole.
    pub check: String,
    /// What it is worth instead.
    pub points: Fraction,
    /// Reason.
    pub why: String,
    /// Who decided.
    pub by: String,
    /// When: `2026-11-26`.
    pub on: String,
}

/// Who may see how a check ended; the words are Gradescope's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The learner, at once.
    #[default]
    Visible,
    /// The learner, once nobody can submit any more.
    AfterDueDate,
    /// The learner, once grades are published.
    AfterPublished,
    /// Instructors only.
    Hidden,
}

impl Visibility {
    /// Its name in policies and in Gradescope's JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::AfterDueDate => "after_due_date",
            Self::AfterPublished => "after_published",
            Self::Hidden => "hidden",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        [
            Self::Visible,
            Self::AfterDueDate,
            Self::AfterPublished,
            Self::Hidden,
        ]
        .into_iter()
        .find(|visibility| visibility.name() == name)
    }

    /// Whether this reader may see how the check ended.
    pub fn is_shown(self, to: Audience) -> bool {
        match to {
            Audience::Instructor => true,
            Audience::Learner(Stage::Open) => self == Self::Visible,
            Audience::Learner(Stage::Due) => self <= Self::AfterDueDate,
            Audience::Learner(Stage::Published) => self <= Self::AfterPublished,
        }
    }
}

/// Who reads an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Sees everything.
    Instructor,
    /// Sees what is visible at this stage.
    Learner(Stage),
}

/// How far an assignment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// One can still submit.
    Open,
    /// The due date has passed.
    Due,
    /// Grades are published.
    Published,
}

impl Finding {
    /// Whether the check could not be decided: that costs nobody any points.
    ///
    /// Not so for a check that was skipped because the program does not even build: that was
    /// decided.
    pub fn is_open(&self) -> bool {
        match self.verdict {
            Verdict::Unknown => true,
            Verdict::Skipped => !self.is_left_out() && self.why.starts_with(MACHINE_LACKS),
            Verdict::Pass | Verdict::Fail => false,
        }
    }
}

impl Grade {
    /// The grade of a scorecard without any policy: its own points, everything visible.
    pub fn plain(card: &Scorecard) -> Self {
        let checks: Vec<CheckGrade> = card
            .checks
            .iter()
            .map(|finding| CheckGrade {
                id: finding.id.clone(),
                visibility: Visibility::Visible,
                points: finding.points.into(),
                out_of: finding.max_points.into(),
                is_open: finding.is_open(),
                overridden: None,
            })
            .collect();
        Self {
            points: checks.iter().map(|check| check.points).sum(),
            out_of: checks.iter().map(|check| check.out_of).sum(),
            steps: Vec::new(),
            withheld: None,
            checks,
        }
    }
}

impl Student {
    /// What overrides and lists call the person: the id, else whatever else is known.
    pub fn handle(&self) -> &str {
        [
            &self.id,
            &self.login,
            &self.email,
            &self.github,
            &self.canvas,
            &self.moodle,
            &self.name,
        ]
        .into_iter()
        .find(|name| !name.is_empty())
        .map_or("", String::as_str)
    }
}

impl Entry {
    /// What was found out and what it counts, if it was examined.
    pub fn graded(&self) -> Option<&Graded> {
        match &self.outcome {
            Outcome::Graded(graded) => Some(graded),
            Outcome::NotGraded { .. } => None,
        }
    }

    /// The points that may be handed to a platform; else why none may.
    ///
    /// # Errors
    /// The reason, as a phrase.
    pub fn releasable(&self) -> Result<Fraction, String> {
        match &self.outcome {
            Outcome::NotGraded { because } => Err(format!("not graded, because {because}")),
            Outcome::Graded(graded) => match &graded.grade.withheld {
                Some(why) => Err(format!("withheld: {why}")),
                None => Ok(graded.grade.points),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learners_see_more_as_time_goes_on() {
        let shown = |stage| {
            ["visible", "after_due_date", "after_published", "hidden"]
                .map(|name| Visibility::of_name(name).unwrap())
                .map(|visibility| visibility.is_shown(Audience::Learner(stage)))
        };
        assert_eq!(shown(Stage::Open), [true, false, false, false]);
        assert_eq!(shown(Stage::Due), [true, true, false, false]);
        assert_eq!(shown(Stage::Published), [true, true, true, false]);
        assert!(Visibility::Hidden.is_shown(Audience::Instructor));
        assert_eq!(Visibility::of_name("secret"), None);
    }

    #[test]
    fn handles_prefer_ids() {
        let student = Student {
            name: "Ada".to_owned(),
            email: "ada@example.org".to_owned(),
            ..Student::default()
        };
        assert_eq!(student.handle(), "ada@example.org");
        assert_eq!(Student::default().handle(), "");
    }
}
