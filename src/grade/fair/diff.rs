//! What a regrade changed: who goes up, who goes down, and why.

use std::collections::BTreeMap;

use crate::model::fraction::Fraction;
use crate::model::gradebook::{CheckGrade, Entry, Gradebook, Outcome};
use crate::model::score::{Finding, Verdict};

/// Two gradebooks of the same assignment, compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// By submission, sorted by key; unchanged ones are left out.
    pub changes: Vec<Change>,
    /// How many are unchanged.
    pub unchanged: usize,
}

/// One submission whose standing changed, or how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The submission's key.
    pub key: String,
    /// Whose it is.
    pub students: Vec<String>,
    /// Before.
    pub before: Standing,
    /// After.
    pub after: Standing,
    /// Why: checks that ended otherwise, steps and overrides that came or went.
    pub why: Vec<String>,
}

/// Where a submission stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is not in that gradebook.
    Missing,
    /// It has no points: not graded, or withheld.
    Open(String),
    /// It has points.
    Points {
        /// Points.
        points: Fraction,
        /// Of how many.
        out_of: Fraction,
    },
}

impl Standing {
    fn of(entry: Option<&Entry>) -> Self {
        let Some(entry) = entry else {
            return Self::Missing;
        };
        match (entry.releasable(), entry.graded()) {
            (Ok(points), Some(graded)) => Self::Points {
                points,
                out_of: graded.grade.out_of,
            },
            (Ok(_), None) => Self::Open("not graded".to_owned()),
            (Err(why), _) => Self::Open(why),
        }
    }
}

impl Change {
    /// By how many points it went up; `None` if there are no two numbers of the same scale.
    pub fn delta(&self) -> Option<Fraction> {
        match (&self.before, &self.after) {
            (
                Standing::Points {
                    points: before,
                    out_of,
                },
                Standing::Points {
                    points: after,
                    out_of: same,
                },
            ) if out_of == same => Some(*after - *before),
            _ => None,
        }
    }

    /// Whether something was taken away: points, or the grade as a whole.
    pub fn is_loss(&self) -> bool {
        let had_points = matches!(self.before, Standing::Points { .. });
        let has_points = matches!(self.after, Standing::Points { .. });
        match self.delta() {
            Some(delta) => delta.is_negative(),
            None => match (&self.before, &self.after) {
                (
                    Standing::Points {
                        points: a,
                        out_of: all,
                    },
                    Standing::Points {
                        points: b,
                        out_of: other,
                    },
                ) => *b * *all < *a * *other,
                _ => had_points && !has_points,
            },
        }
    }
}

impl Diff {
    /// Who lost something: nobody's grade should be lowered unseen.
    pub fn losses(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_loss())
    }
}

/// Compares two gradebooks, submission by submission.
pub fn diff(before: &Gradebook, after: &Gradebook) -> Diff {
    let mut pairs: BTreeMap<&str, (Option<&Entry>, Option<&Entry>)> = BTreeMap::new();
    for entry in &before.entries {
        pairs.entry(&entry.key).or_default().0 = Some(entry);
    }
    for entry in &after.entries {
        pairs.entry(&entry.key).or_default().1 = Some(entry);
    }
    let mut result = Diff::default();
    for (key, (old, new)) in pairs {
        let (before, after) = (Standing::of(old), Standing::of(new));
        let why = reasons(old, new);
        if before == after && why.is_empty() {
            result.unchanged += 1;
            continue;
        }
        let students = new.or(old).map_or(&[][..], |entry| &entry.students);
        result.changes.push(Change {
            key: key.to_owned(),
            students: students
                .iter()
                .map(|student| student.handle().to_owned())
                .collect(),
            before,
            after,
            why,
        });
    }
    result
}

fn reasons(old: Option<&Entry>, new: Option<&Entry>) -> Vec<String> {
    let mut why = Vec::new();
    let (Some(old), Some(new)) = (old, new) else {
        return why;
    };
    if old.late != new.late {
        why.push(format!("lateness: {:?}, was {:?}", new.late, old.late));
    }
    let (Some(before), Some(after)) = (old.graded(), new.graded()) else {
        if let Outcome::NotGraded { because } = &new.outcome
            && old.outcome != new.outcome
        {
            why.push(format!("not graded, because {because}"));
        }
        return why;
    };
    let pairs =
        |graded: &crate::model::gradebook::Graded| -> BTreeMap<String, (Finding, CheckGrade)> {
            let grades = graded.grade.checks.iter().cloned();
            let both = graded.card.checks.iter().cloned().zip(grades);
            both.map(|(finding, grade)| (finding.id.clone(), (finding, grade)))
                .collect()
        };
    let (was, is) = (pairs(before), pairs(after));
    for (id, (finding, grade)) in &is {
        match was.get(id) {
            None => why.push(format!("{id}: a new check")),
            Some((old_finding, old_grade)) => {
                why.extend(check_reason(id, (old_finding, old_grade), (finding, grade)));
            }
        }
    }
    why.extend(
        was.keys()
            .filter(|id| !is.contains_key(*id))
            .map(|id| format!("{id}: no longer a check")),
    );
    let (old_steps, new_steps) = (&before.grade.steps, &after.grade.steps);
    let is_new =
        |step: &&crate::model::gradebook::GradeStep| !old_steps.iter().any(|s| s.why == step.why);
    let is_gone =
        |step: &&crate::model::gradebook::GradeStep| !new_steps.iter().any(|s| s.why == step.why);
    why.extend(new_steps.iter().filter(is_new).map(|step| step.why.clone()));
    why.extend(
        old_steps
            .iter()
            .filter(is_gone)
            .map(|step| format!("no longer: {}", step.why)),
    );
    why
}

fn check_reason(
    id: &str,
    (old, was): (&Finding, &CheckGrade),
    (new, is): (&Finding, &CheckGrade),
) -> Option<String> {
    let name = |verdict| match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Skipped => "skipped",
        Verdict::Unknown => "unknown",
    };
    let change = if was.overridden != is.overridden {
        match &is.overridden {
            Some(by) => format!("decided by {} on {}: {}", by.by, by.on, by.why),
            None => "an override is gone".to_owned(),
        }
    } else if old.verdict != new.verdict {
        format!("{}, was {}", name(new.verdict), name(old.verdict))
    } else if was.out_of != is.out_of {
        format!("worth {}, was {}", is.out_of, was.out_of)
    } else if was.points != is.points {
        "another part of it".to_owned()
    } else {
        return None;
    };
    Some(format!(
        "{id}: {change} ({} points, were {})",
        is.points, was.points
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::fair::apply::tests::card;
    use crate::grade::fair::{Policy, apply, parse_overrides};
    use crate::model::gradebook::{GRADEBOOK_SCHEMA, Graded, Lateness};

    fn book(verdicts: &[(&str, Verdict)], policy: &str, overrides: &str) -> Gradebook {
        let policy = Policy::parse(policy).unwrap();
        let overrides = parse_overrides(overrides).unwrap();
        let entries = verdicts
            .iter()
            .map(|(key, verdict)| {
                let points = if *verdict == Verdict::Pass { 30 } else { 0 };
                let card = card(&[
                    ("runs", Verdict::Pass, 10, 10, ""),
                    ("reaps", *verdict, points, 30, "w"),
                ]);
                let late = Lateness::InTime;
                let grade = apply(&card, (key, &[], late), &policy, &overrides).grade;
                Entry {
                    key: (*key).to_owned(),
                    students: Vec::new(),
                    group: None,
                    late,
                    notes: Vec::new(),
                    outcome: Outcome::Graded(Box::new(Graded { card, grade })),
                }
            })
            .collect();
        Gradebook {
            schema: GRADEBOOK_SCHEMA,
            course: String::new(),
            assignment: String::new(),
            lab: "process/reaper".to_owned(),
            out_of: 40u32.into(),
            entries,
            absent: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn who_goes_up_and_who_goes_down_and_why() {
        let before = book(
            &[
                ("a", Verdict::Fail),
                ("b", Verdict::Pass),
                ("c", Verdict::Pass),
                ("d", Verdict::Pass),
            ],
            "",
            "",
        );
        let decision = "[[override]]\nstudent = \"b\"\ncheck = \"runs\"\npoints = 4\nwhy = \"w\"\nby = \"ada\"\non = \"2026-11-26\"\n";
        let after = book(
            &[
                ("a", Verdict::Pass),
                ("b", Verdict::Pass),
                ("c", Verdict::Pass),
                ("d", Verdict::Unknown),
            ],
            "",
            decision,
        );
        let found = diff(&before, &after);
        assert_eq!(found.unchanged, 1);
        let told: Vec<_> = found
            .changes
            .iter()
            .map(|c| {
                (
                    c.key.as_str(),
                    c.delta().map(|d| d.to_string()),
                    c.is_loss(),
                    c.why.join("; "),
                )
            })
            .collect();
        insta::assert_debug_snapshot!(told, @r#"
        [
            (
                "a",
                Some(
                    "30",
                ),
                false,
                "reaps: pass, was fail (30 points, were 0)",
            ),
            (
                "b",
                Some(
                    "-6",
                ),
                true,
                "runs: decided by ada on 2026-11-26: w (4 points, were 10)",
            ),
            (
                "d",
                None,
                true,
                "reaps: unknown, was pass (0 points, were 30)",
            ),
        ]
        "#);
        assert_eq!(found.losses().count(), 2);
    }

    #[test]
    fn another_scale_is_compared_by_proportion() {
        let before = book(&[("a", Verdict::Pass)], "", "");
        let after = book(&[("a", Verdict::Pass)], "out_of = 10", "");
        let change = &diff(&before, &after).changes[0];
        assert_eq!(change.delta(), None);
        assert!(!change.is_loss());
        let worse = book(&[("a", Verdict::Fail)], "out_of = 10", "");
        assert!(diff(&before, &worse).changes[0].is_loss());
        assert!(diff(&before, &book(&[], "", "")).changes[0].is_loss());
        assert_eq!(
            diff(&before, &before),
            Diff {
                changes: vec![],
                unchanged: 1
            }
        );
    }
}
