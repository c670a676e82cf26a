//! The gradebook of a run: from the manifest, the results, and what people decided since.

use std::collections::BTreeMap;

use super::fair::{Policy, apply, lateness};
use super::run::{Examined, Expected, Handed, Manifest};
use crate::model::fraction::Fraction;
use crate::model::gradebook::{
    Entry, GRADEBOOK_SCHEMA, Grade, Gradebook, Graded, Lateness, Outcome, Override,
};
use crate::model::{Lab, Scorecard, Verdict};

/// What was found out in a run, by key.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Results.
    pub results: BTreeMap<String, Examined>,
    /// Why there will be none.
    pub given_up: BTreeMap<String, String>,
}

/// A canary that did not get what it must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub canary: String,
    /// What is the matter.
    pub why: String,
}

/// Makes the gradebook: grades from scratch, by the policy and the decisions of today.
pub fn gradebook(
    manifest: &Manifest,
    found: &Found,
    lab: &Lab,
    policy: &Policy,
    overrides: &[Override],
) -> Gradebook {
    let mut notes = Vec::new();
    let mut entries: Vec<Entry> = manifest
        .submissions()
        .map(|(task, handed)| {
            let outcome = match (found.results.get(&task.key), found.given_up.get(&task.key)) {
                (Some(examined), _) => {
                    // What was found out once stands for all with the same key.
                    let card = Scorecard {
                        submission: task.name.clone(),
                        ..examined.card.clone()
                    };
                    let owner = (
                        task.name.as_str(),
                        handed.students.as_slice(),
                        late(handed, policy),
                    );
                    let applied = apply(&card, owner, policy, overrides);
                    notes.extend(applied.notes);
                    let grade = applied.grade;
                    Outcome::Graded(Box::new(Graded { card, grade }))
                }
                (None, Some(because)) => Outcome::NotGraded {
                    because: because.clone(),
                },
                (None, None) => Outcome::NotGraded {
                    because: "it has not been examined yet".to_owned(),
                },
            };
            entry(&task.name, handed, policy, outcome)
        })
        .collect();
    entries.extend(manifest.unfit.iter().map(|unfit| {
        let because = unfit.because.clone();
        let outcome = Outcome::NotGraded { because };
        entry(&unfit.name, &unfit.handed, policy, outcome)
    }));
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    for decision in overrides {
        let is_somebodys = entries.iter().any(|entry| {
            entry.key == decision.student
                || entry.students.iter().any(|one| one.id == decision.student)
        });
        if !is_somebodys {
            notes.push(format!(
                "the override for {:?} has no effect: there is no such student or submission",
                decision.student
            ));
        }
    }
    Gradebook {
        schema: GRADEBOOK_SCHEMA,
        course: policy.course.clone(),
        assignment: match policy.assignment.is_empty() {
            true => manifest.terms.lab.clone(),
            false => policy.assignment.clone(),
        },
        lab: manifest.terms.lab.clone(),
        out_of: out_of(lab, &manifest.terms.only, policy),
        entries,
        absent: manifest.absent.clone(),
        notes,
    }
}

fn late(handed: &Handed, policy: &Policy) -> Lateness {
    lateness(handed.late, handed.moment(), policy.due)
}

fn entry(name: &str, handed: &Handed, policy: &Policy, outcome: Outcome) -> Entry {
    let mut notes = handed.notes.clone();
    if !handed.is_listed {
        notes.push("is not on the roster".to_owned());
    }
    Entry {
        key: name.to_owned(),
        students: handed.students.clone(),
        group: handed.group.clone(),
        late: late(handed, policy),
        notes,
        outcome,
    }
}

/// The most that can be reached with the checks that are made.
fn out_of(lab: &Lab, only: &[String], policy: &Policy) -> Fraction {
    let is_made = |id: &str| only.is_empty() || only.iter().any(|made| made == id);
    let made = lab.checks.iter().filter(|check| is_made(check.id));
    let weights = made.map(|check| {
        let weight = policy.checks.get(check.id).and_then(|check| check.weight);
        weight.unwrap_or_else(|| check.points.into())
    });
    policy.out_of.unwrap_or_else(|| weights.sum())
}

/// The canaries that did not get what they must get, or were not examined at all.
pub fn alarms(manifest: &Manifest, found: &Found) -> Vec<Alarm> {
    let verdict =
        |key: &str, expected: &Expected| match (found.results.get(key), found.given_up.get(key)) {
            (Some(examined), _) => expected.expectation().holds(&made(&examined.card)),
            (None, Some(because)) => Err(format!("not graded, because {because}")),
            (None, None) => Err("it has not been examined yet".to_owned()),
        };
    manifest
        .canaries()
        .filter_map(|(task, expected)| {
            let why = verdict(&task.key, expected).err()?;
            Some(Alarm {
                canary: task.name.clone(),
                why,
            })
        })
        .collect()
}

/// What could be made on this machine: that it lacks something says nothing about the checks that it
/// made. Those that it did not make are withheld from everybody.
fn made(card: &Scorecard) -> Scorecard {
    let mut card = card.clone();
    card.checks
        .retain(|finding| finding.verdict != Verdict::Skipped || !finding.is_open());
    card
}

/// Why an instructor should look at a submission; `None` if nobody need.
pub fn concern(entry: &Entry) -> Option<String> {
    let grade: &Grade = match &entry.outcome {
        Outcome::NotGraded { because } => return Some(format!("not graded, because {because}")),
        Outcome::Graded(graded) => &graded.grade,
    };
    grade.withheld.clone()
}

#[cfg(test)]
mod tests {
    use super::super::run::tests::{examined, run};
    use super::*;
    use crate::grade::fair::parse_overrides;
    use crate::model::score::Finding;
    use crate::model::{Check, Form, Pass};

    static LAB: Lab = Lab {
        slug: "lab",
        title: "a lab",
        form: Form::Program,
        checks: &[Check {
            id: "starts",
            claim: "it starts",
            points: 50,
            needs: &[],
            teaches: "What it means",
            experiments: |_| Vec::new(),
            judge: |_| Ok(Pass::default()),
        }],
    };

    fn finding(verdict: Verdict) -> Finding {
        Finding {
            points: if verdict == Verdict::Pass { 50 } else { 0 },
            ..crate::bench::verdict::blank("lesson", &LAB.checks[0], verdict, "")
        }
    }

    #[test]
    fn nobody_has_zero_who_was_not_graded() {
        let (_dir, run, mut manifest) = run(&["ada", "bob", "eve", "fay"]);
        let mut found = Found::default();
        for (task, verdict) in manifest.tasks.iter().zip([Verdict::Pass, Verdict::Unknown]) {
            let mark = run.begin(&task.key, "r1-1", "n1").unwrap();
            let mut examined = examined(&mark);
            examined.card.checks = vec![finding(verdict)];
            found.results.insert(task.key.clone(), examined);
        }
        found.given_up.insert(
            manifest.tasks[2].key.clone(),
            "it took the grader down 3 times".to_owned(),
        );
        let handed = manifest.submissions().next().unwrap().1.clone();
        manifest.unfit.push(super::super::run::Unfit {
            name: "gil".to_owned(),
            handed,
            because: "the archive is damaged".to_owned(),
        });
        let book = gradebook(&manifest, &found, &LAB, &Policy::default(), &[]);
        assert_eq!(book.out_of, 50u32.into());
        let told: Vec<(String, Result<String, String>)> = book
            .entries
            .iter()
            .map(|entry| {
                let points = entry.releasable().map(|points| points.to_string());
                (entry.key.clone(), points)
            })
            .collect();
        insta::assert_debug_snapshot!(told, @r#"
        [
            (
                "ada",
                Ok(
                    "50",
                ),
            ),
            (
                "bob",
                Err(
                    "withheld: could not be decided: starts",
                ),
            ),
            (
                "eve",
                Err(
                    "not graded, because it took the grader down 3 times",
                ),
            ),
            (
                "fay",
                Err(
                    "not graded, because it has not been examined yet",
                ),
            ),
            (
                "gil",
                Err(
                    "not graded, because the archive is damaged",
                ),
            ),
        ]
        "#);
        let text = "[[override]]\nstudent = \"bob\"\ncheck = \"starts\"\npoints = 40\nwhy = \"w\"\nby = \"b\"\non = 2026-11-26\n[[override]]\nstudent = \"nobody\"\ncheck = \"*\"\npoints = 4\nwhy = \"w\"\nby = \"b\"\non = 2026-11-26\n";
        let overrides = parse_overrides(text).unwrap();
        let book = gradebook(&manifest, &found, &LAB, &Policy::default(), &overrides);
        assert_eq!(book.entries[1].releasable(), Ok(40u32.into()));
        assert!(
            book.notes[0].contains("no such student"),
            "{:?}",
            book.notes
        );
    }

    #[test]
    fn a_canary_that_is_not_as_expected_is_an_alarm() {
        let (_dir, run, mut manifest) = run(&["good", "bad", "dead"]);
        let expected = [
            Expected::PassesAll,
            Expected::FailsSomething,
            Expected::PassesAll,
        ];
        for (task, expected) in manifest.tasks.iter_mut().zip(expected) {
            task.role = super::super::run::Role::Canary(expected);
        }
        let mut found = Found::default();
        for task in &manifest.tasks[..2] {
            let mark = run.begin(&task.key, "r1-1", "n1").unwrap();
            let mut examined = examined(&mark);
            examined.card.checks = vec![finding(Verdict::Pass)];
            found.results.insert(task.key.clone(), examined);
        }
        let alarms: Vec<String> = alarms(&manifest, &found)
            .into_iter()
            .map(|alarm| format!("{}: {}", alarm.canary, alarm.why))
            .collect();
        assert_eq!(
            alarms,
            [
                "bad: should fail something, but the first to be lost is nothing",
                "dead: it has not been examined yet"
            ]
        );
    }
}
